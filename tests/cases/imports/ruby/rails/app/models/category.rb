class Category < ApplicationRecord; end
