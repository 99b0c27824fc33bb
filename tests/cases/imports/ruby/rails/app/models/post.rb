class Post < ApplicationRecord
  include Taggable, Billing::Charged
  belongs_to :author, class_name: "Billing::Customer"
  has_many :categories
  has_one :html_page, dependent: :destroy
  belongs_to :owner, polymorphic: true

  def self.top = Rails.cache.fetch("top") { Admin::PostsController::LIMIT }
end
