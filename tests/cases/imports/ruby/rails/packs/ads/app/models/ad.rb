class Ad < ApplicationRecord; end
