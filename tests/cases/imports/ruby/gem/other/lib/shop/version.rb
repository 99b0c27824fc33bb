module Other; end
