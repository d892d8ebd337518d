// Searches as their guide writes them.
#include "services/monitoring/math/search.h"

#include <gtest/gtest.h>

#include "services/monitoring/math/expression.h"

namespace hanbat::monitoring {
namespace {

bool finds(std::string_view search, const std::string& name = "CPUUtilization",
           const MetricSearch::Dimensions& dimensions = {{"InstanceId", "i-0123abc"}, {"InstanceType", "t2.micro"}}) {
  return MetricSearch::parse(search).fits("AWS/EC2", name, dimensions);
}

TEST(MetricSearch, ASchemaNamesTheNamespaceAndAllDimensions) {
  EXPECT_TRUE(finds("{AWS/EC2,InstanceId,InstanceType}"));
  EXPECT_TRUE(finds(" { \"AWS/EC2\", InstanceType , \"InstanceId\" } "));
  EXPECT_FALSE(finds("{AWS/EC2,InstanceId}")) << "it has another one besides";
  EXPECT_FALSE(finds("{AWS/EC2}"));
  EXPECT_FALSE(finds("{AWS/S3,InstanceId,InstanceType}"));
  EXPECT_TRUE(finds("{AWS/EC2}", "CPUUtilization", {}));
}

TEST(MetricSearch, AWordIsATokenInWhateverCase) {
  for (const char* search :
       {"CustomCount1", "custom", "count", "COUNT", "Count", "1", "customcount1", "Count1", "CustomCount"})
    EXPECT_TRUE(finds(search, "CustomCount1")) << search;
  for (const char* search : {"couNT", "cou", "customcount", "count1", "Custom1", "3"})
    EXPECT_FALSE(finds(search, "CustomCount1", {})) << search;
  EXPECT_TRUE(finds("sdb", "SDBFailure"));
  EXPECT_TRUE(finds("failure", "SDBFailure"));
  EXPECT_TRUE(finds("333", "Project2-trial333"));
  EXPECT_TRUE(finds("project2trial333", "Project2-trial333"));
}

TEST(MetricSearch, AWordIsLookedForInAllTexts) {
  EXPECT_TRUE(finds("EC2"));
  EXPECT_FALSE(finds("ec2")) << "two tokens, which are written otherwise";
  EXPECT_TRUE(finds("micro"));
  EXPECT_TRUE(finds("type")) << "a dimension's name";
  EXPECT_TRUE(finds("i-0123abc"));
  EXPECT_FALSE(finds("small"));
}

TEST(MetricSearch, QuotesWantAllOfAText) {
  EXPECT_TRUE(finds("\"CPUUtilization\""));
  EXPECT_FALSE(finds("\"cpuutilization\""));
  EXPECT_FALSE(finds("\"CPU\""));
  EXPECT_TRUE(finds("\"t2.micro\""));
}

TEST(MetricSearch, ADesignatorSaysWhereToLook) {
  EXPECT_TRUE(finds("MetricName=\"CPUUtilization\""));
  EXPECT_TRUE(finds("MetricName = cpu"));
  EXPECT_FALSE(finds("MetricName=micro"));
  EXPECT_TRUE(finds("InstanceType=micro Namespace=\"AWS/EC2\""));
  EXPECT_FALSE(finds("InstanceId=micro"));
  EXPECT_TRUE(finds("InstanceType=(micro OR small)"));
  EXPECT_FALSE(finds("NoSuch=micro"));
}

TEST(MetricSearch, NotBindsMoreThanAndAndThatMoreThanOr) {
  EXPECT_TRUE(finds("cpu micro"));
  EXPECT_FALSE(finds("cpu small"));
  EXPECT_TRUE(finds("cpu AND NOT small"));
  EXPECT_TRUE(finds("micro OR small AND large"));
  EXPECT_FALSE(finds("(micro OR small) AND large"));
  EXPECT_FALSE(finds("NOT (cpu OR small)"));
  EXPECT_TRUE(finds("NOT large cpu"));
}

TEST(MetricSearch, WhatIsNoSearchIsRefused) {
  for (const char* search : {"", " ", "{", "{}", "{AWS/EC2", "{AWS/EC2,}", "(cpu", "cpu)", "\"cpu", "cpu OR", "OR cpu",
                             "AND", "a=", "=a", "a=b=c", "NOT"})
    EXPECT_THROW(MetricSearch::parse(search), ExpressionError) << search;
  EXPECT_THROW(MetricSearch::parse(std::string(1025, 'a')), ExpressionError);
  EXPECT_THROW(MetricSearch::parse(std::string(1000, '(')), ExpressionError);
  EXPECT_THROW(MetricSearch::parse(":aws.AccountId = \"444455556666\""), ExpressionNotBuilt);
}

}  // namespace
}  // namespace hanbat::monitoring
