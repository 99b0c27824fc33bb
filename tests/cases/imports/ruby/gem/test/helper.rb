$LOAD_PATH.unshift File.expand_path("../bin", __dir__)
require "shop"
require "start"
