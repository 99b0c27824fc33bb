class String
  def shout = upcase
end

module Printer
  def self.loud = 1
end
