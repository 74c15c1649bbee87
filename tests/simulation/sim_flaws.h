// SimFlaws: mistakes that a simulation can be told to make, to prove that its checks would see
// them.
#pragma once

namespace monsoon {

struct SimFlaws {
  bool takes_numbers_twice = false;   // the agent forgets what it received, and asks for it again
  bool stores_batches_twice = false;  // the database does not know which batches it has
  bool never_repeats = false;         // what a broken stream lost is not sent again
  bool ignores_lease = false;         // the agent goes on without its controller
  bool loses_too_early = false;       // a suspected agent is lost at once
  bool forgets_batches = false;       // the agent drops a batch when it is sent, not acknowledged
};

}  // namespace monsoon
