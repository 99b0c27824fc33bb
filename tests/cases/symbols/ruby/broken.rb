require_relative "whole"

class Broken < Whole
  def good; end

  def bad(a
    [1, 2

  ATTEMPTS = 3
end
