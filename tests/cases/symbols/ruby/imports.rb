require 'json'
require "shop/order.rb"
require_relative 'lib/first'
require_relative "../second"
require File.expand_path("../third", __FILE__)
require File.join(File.dirname(__FILE__), "fourth")
require File.join(__dir__, '..', 'fifth')
require "#{__dir__}/sixth"
require './seventh'
require Rails.root.join("config", "eighth").to_s
load File.expand_path('ninth.rb', __dir__)
require __dir__ + "/.hidden/tenth"

$LOAD_PATH.unshift File.expand_path("../vendor/lib", __FILE__)
$: << File.join(__dir__, "more") << "/usr/lib"
$:.unshift(File.dirname(__FILE__))

require name
require "plugins/#{name}"

module Shop
  autoload :Cart, "shop/cart"
  autoload :HTMLPage
  autoload_under "deep" do
    autoload :Below
  end

  class Order < Record
    has_many :order_lines, dependent: :destroy
    belongs_to :buyer, class_name: "People::Customer"

    def pdf
      require "prawn" if wanted?
    end
  end
end

begin
  require "fast"
rescue LoadError
  require "slow"
end
