HTMLPage = Struct.new(:text) do
  def tool = Tools::HTMLCleaner
end
