# frozen_string_literal: true

$LOAD_PATH.unshift File.expand_path("../lib", __dir__)
require "minitest/autorun"
require "tempfile"
require "trails"

class TestTrails < Minitest::Test
  def test_only_what_goes_up_counts
    trail = Trails::Trail.new([[0, 0, 5], [0, 0, 9], [0, 0, 2]].map { |numbers| Trails::Point.new(*numbers) })
    assert_equal 4, trail.climb
  end

  def test_a_bad_line_knows_its_number
    Tempfile.create(["trail", ".csv"]) do |file|
      file.write("1,2,3\n1,x,3\n")
      file.close
      assert_equal 2, assert_raises(Trails::BadLine) { Trails.read(file.path) }.number
    end
  end
end
