// Instances launched by an image that a parameter of Systems Manager names; the parameters are a test's.
#include <map>

#include "gen/ssm/model.h"
#include "region/fake_service.h"
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

class ImageParametersTest : public Ec2Test {
 protected:
  ImageParametersTest() {
    test.add<region::FakeService>("ssm").on<ssm::GetParametersInput, ssm::GetParametersOutput>(
        "GetParameters", [this](region::Request&, const ssm::GetParametersInput& in) {
          ssm::GetParametersOutput out;
          for (const std::string& name : in.names)
            if (const auto found = parameters.find(name); found != parameters.end())
              (out.parameters ? *out.parameters : out.parameters.emplace()).push_back(found->second);
          return out;
        });
  }
  void add(const std::string& selector, const std::string& value, const std::string& data_type = "aws:ec2:image") {
    parameters[selector] = {.data_type = data_type, .name = "/golden", .value = value};
  }
  std::string refusal_of(const std::string& image_id) {
    RunInstancesInput in = launch(subnet_id);
    in.image_id = image_id;
    return wire::refusal_of([&] { ec2.run_instances(in); });
  }
  /// The image of an instance that is launched with it.
  std::string image_of(const std::string& image_id) {
    RunInstancesInput in = launch(subnet_id);
    in.image_id = image_id;
    return *ec2.run_instances(in).instances->front().image_id;
  }

  std::map<std::string, ssm::Parameter> parameters;  // by what they are asked for by
  std::string subnet_id = subnet(vpc(), "10.1.1.0/24");
};

TEST_F(ImageParametersTest, AVersionALabelAndAnArnAreAskedForAsTheyStand) {
  const std::string arn = "arn:aws:ssm:ap-northeast-2:123456789012:parameter/golden";
  for (const std::string& selector :
       {std::string("/golden"), std::string("/golden:3"), std::string("/golden:live"), arn}) {
    parameters.clear();
    add(selector, image());
    EXPECT_EQ(image_of("resolve:ssm:" + selector), image()) << selector;
  }
}

TEST_F(ImageParametersTest, OneThatIsNotThereIsAnInvalidAlias) {
  add("/golden", image());
  for (const char* selector : {"/golden:4", "/golden:old", "/other"})
    EXPECT_EQ(refusal_of(std::string("resolve:ssm:") + selector),
              "SsmInvalidParameter: The following aliases are invalid: " + std::string(selector));
}

TEST_F(ImageParametersTest, OneThatIsNoImageIsRefusedWhateverItSays) {
  add("/golden", image(), "text");
  EXPECT_EQ(refusal_of("resolve:ssm:/golden"),
            "SsmInvalidParameter: Unsupported data type. The following parameter data types are supported: "
            "aws:ec2:image");
}

}  // namespace
}  // namespace hanbat::ec2
