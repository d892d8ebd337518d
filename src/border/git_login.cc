#include "border/git_login.h"

#include "border/fields.h"

namespace hanbat::border {

Json GitLogin::to_json() const {
  return Json::object({{"host", host}, {"username", username}, {"password", password}});
}

GitLogin GitLogin::from_json(const Json& json) {
  Fields in(json, "a login to a git host");
  GitLogin login;
  login.host = in.text("host");
  login.username = in.text("username");
  login.password = in.text("password");
  in.refuse_unknown();
  return login;
}

}  // namespace hanbat::border
