// An AWS service: a table of operations and the object that carries them out. tools/generate.py writes, for each
// service, an abstract class derived from Service with one pure virtual method per operation.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "region/request.h"
#include "store/database.h"
#include "wire/error.h"

namespace hanbat::http {
struct RequestHead;
class Exchange;
}  // namespace hanbat::http

namespace hanbat::wire {
struct OperationModel;
struct ServiceModel;
}  // namespace hanbat::wire

namespace hanbat::region {

struct PageSizes;

/// One implemented operation: its model and the call of its method with typed input and output.
struct Operation {
  const wire::OperationModel* model;
  void (*call)(Service& service, Request& rq, const void* input, void* output);
  /// A fresh `<Op>Input`, `<Op>Output`.
  std::shared_ptr<void> (*make_input)();
  std::shared_ptr<void> (*make_output)();
};

/// Objects live from start to end of the daemon; operations are called from many threads at once, each with its own
/// Request, so a service keeps no state outside the database other than what guards itself.
class Service {
 public:
  virtual ~Service() = default;

  /// Generated: the model, with the names of all operations AWS has.
  virtual const wire::ServiceModel& model() const = 0;
  /// Generated: the implemented operation of that name, or null.
  virtual const Operation* find_operation(std::string_view name) const = 0;
  virtual std::span<const store::Migration> migrations() const { return {}; }

  /// Registers task handlers; called once, after migrations, before the first request.
  virtual void start() {}
  /// Adds to a question what the service keeps beside its resources: the policies attached to the resource that is
  /// asked about. A handler that has loaded them anyway gives them with its question instead.
  virtual void add_resource_policies(Request&, AccessQuestion&) const {}

  /// What the service answers to a page token that the operation did not give; unless overridden the error about tokens
  /// that the operation's model has, else another operation's, else that of input which breaks the model. See Pager.
  virtual wire::Error invalid_page_token(const wire::OperationModel& operation) const;
  /// What it answers to a page size outside of what the operation takes; unless overridden the last of these.
  virtual wire::Error invalid_page_size(const wire::OperationModel& operation, int size, const PageSizes& sizes) const;

  /// Whether a request that is no modelled operation (git's, the registry's) is this service's.
  virtual bool claims(const http::RequestHead&) const { return false; }
  /// Serves such a request whole, authentication included.
  virtual void serve(http::Exchange&) {}
};

/// Ends a call with AWS's DryRun once it has come to its end, so that whatever would refuse it has refused it; what it
/// did is taken back. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
template <class In>
void end_dry_run(const In& in) {
  if constexpr (requires { in.dry_run.value_or(false); }) {
    if (in.dry_run.value_or(false))
      throw wire::Error("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set.");
  }
}

}  // namespace hanbat::region
