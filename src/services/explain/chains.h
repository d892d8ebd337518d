// One kind of thing each: what the services say of it, read as a chain of causes that is added to the story, the first
// cause last. Each throws ResourceNotFoundException or ValidationException for what is not there at all. What works
// adds nothing.
#pragma once

#include <string>

#include "services/explain/story.h"

namespace hanbat::explain {

void explain_pipeline(Story& story, const std::string& name);
/// `id` is a build's id, or a project's name for its newest build.
void explain_build(Story& story, const std::string& id);
void explain_deployment(Story& story, const std::string& id);
/// `id` is an instance's id, an address, or a target group's name or ARN.
void explain_target(Story& story, const std::string& id);
/// `what` is "last" (or ""), a request's id, or the text of the error.
void explain_denied(Story& story, const std::string& what);
/// `name` is NAME[:TAG][@DIGEST], with its registry or without.
void explain_image(Story& story, const std::string& name);
void explain_stuck(Story& story);
/// Why no change of the source action starts the pipeline.
void explain_trigger(Story& story, const std::string& name, const Json& source, const std::string& subject);

/// Adds the error of a call that another service made as the cause, as far as it is understood: a denial with its
/// statement. Returns whether it was.
bool explain_refusal(Story& story, std::string_view message, const std::string& subject, const std::string& call);

/// Throws ResourceNotFoundException with what the answer says, unless it is a denial, which the story has noted.
void require_seen(const Answer& answer);

}  // namespace hanbat::explain
