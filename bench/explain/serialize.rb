# Reads a JSON list of [text, method, options] and writes what the json library makes of each value.
require "json"

Encoding.default_external = Encoding::UTF_8
results = JSON.parse($stdin.read).map do |text, method, options|
  JSON.public_send(method, JSON.parse(text), options.transform_keys(&:to_sym))
rescue JSON::ParserError, JSON::GeneratorError
  nil
end
puts JSON.generate(results)
