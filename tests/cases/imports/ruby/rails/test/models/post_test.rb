require "test_helper"

class PostTest < ActiveSupport::TestCase
  test("it") { assert Post.new, RSpec }
end
