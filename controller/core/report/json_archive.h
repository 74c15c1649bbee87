// JsonWriter and JsonReader: structs to JSON and back by one list of their members. Pure; for the
// .cc files of this folder.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace monsoon {

// Both directions walk the same list of members (functions Visit(archive, value)), so that neither
// can forget one.
class JsonWriter {
 public:
  template <typename T>
  void Member(const char* name, const T& value) {
    json[name] = value;
  }
  template <typename T>
  void Member(const char* name, const std::optional<T>& value) {
    json[name] = value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
  }
  template <typename Enum, size_t N>
  void Choice(const char* name, const std::array<std::string_view, N>& names, const Enum& value) {
    json[name] = names[static_cast<size_t>(value)];
  }
  template <typename T>
  void Object(const char* name, const T& value) {
    JsonWriter inner;
    Visit(inner, value);
    json[name] = std::move(inner.json);
  }
  template <typename T>
  void List(const char* name, const std::vector<T>& values) {
    json[name] = nlohmann::ordered_json::array();
    for (const T& value : values) {
      JsonWriter inner;
      Visit(inner, value);
      json[name].push_back(std::move(inner.json));
    }
  }

  nlohmann::ordered_json json = nlohmann::ordered_json::object();
};

// Throws nlohmann::json::exception, for the caller to catch.
class JsonReader {
 public:
  explicit JsonReader(const nlohmann::ordered_json& json) : json_(json) {
    static_cast<void>(
        json.get_ref<const nlohmann::ordered_json::object_t&>());  // throws for anything else
  }

  template <typename T>
  void Member(const char* name, T& value) {
    if (json_.contains(name)) value = json_.at(name).get<T>();
  }
  template <typename T>
  void Member(const char* name, std::optional<T>& value) {
    if (!json_.contains(name)) return;
    value.reset();
    if (!json_.at(name).is_null()) value = json_.at(name).get<T>();
  }
  template <typename Enum, size_t N>
  void Choice(const char* name, const std::array<std::string_view, N>& names, Enum& value) {
    if (!json_.contains(name)) return;
    const auto text = json_.at(name).get<std::string>();
    for (size_t i = 0; i < N; ++i) {
      if (names[i] == text) value = static_cast<Enum>(i);
    }
  }
  template <typename T>
  void Object(const char* name, T& value) {
    if (!json_.contains(name)) return;
    JsonReader inner(json_.at(name));
    Visit(inner, value);
  }
  template <typename T>
  void List(const char* name, std::vector<T>& values) {
    if (!json_.contains(name)) return;
    values.clear();
    for (const nlohmann::ordered_json& element : json_.at(name)) {
      JsonReader inner(element);
      Visit(inner, values.emplace_back());
    }
  }

 private:
  const nlohmann::ordered_json& json_;
};

}  // namespace monsoon
