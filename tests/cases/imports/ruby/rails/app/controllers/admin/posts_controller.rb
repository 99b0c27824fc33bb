class Admin::PostsController < ApplicationController
  LIMIT = 9
  helper PostsHelper

  def index
    @posts = Post.top + HTMLPage.all + Ad.all
    Billing::Customer.find(params[:id])
  end
end
