// The agent's flags as CLI11 knows them: declared once, for the command line, the configuration
// file and --check-config alike.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include "agent/io/config/agent_flags.h"

namespace monsoon {

// Parsing with it fills in `flags`, which outlives it. What only makes sense on a command line is
// marked as not configurable.
std::unique_ptr<CLI::App> DeclareFlags(AgentFlags& flags);

// Name of an option as a configuration file has it: "listen".
std::string KeyOf(const CLI::Option& option);

}  // namespace monsoon
