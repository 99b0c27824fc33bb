# frozen_string_literal: true

require "trails/version"
require "trails/errors"

# Lengths and climbs of hiking trails.
module Trails
  autoload :Point, "trails/point"
  autoload :Trail, "trails/trail"
  autoload :Report, "trails/report"

  # The trail of a file, read as its name says.
  def self.read(path)
    source = Sources::ALL.find { |each| each.reads?(path) }
    raise UnknownFormat, "no format is known for #{path}" unless source

    source.new(path).trail
  end
end

require "trails/sources"
