# frozen_string_literal: true

module Trails
  VERSION = "0.1.0"
end
