# frozen_string_literal: true

require_relative "lib/trails/version"

Gem::Specification.new do |spec|
  spec.name = "trails"
  spec.version = Trails::VERSION
  spec.summary = "Lengths and climbs of hiking trails."
  spec.authors = ["Coder"]
  spec.files = Dir["lib/**/*.rb"]
  spec.executables = ["trails"]
end
