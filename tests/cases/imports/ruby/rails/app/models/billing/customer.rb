module Billing
  class Customer < ApplicationRecord
    def charge = Charged
    def post = ::Post
  end
end
