class Page
  def show(item, (left, right), *rest, by: LIMIT, **options)
    count = rest.size
    first, (second, *third) = item.parts
    rest.each { |each, at = start| puts each, at, helper(count) }
    rest.map do |each|
      each&.name.strip
    end
    [left, right, second, third, first, options, by].each(&:freeze)
    Shop::Cart.new(::Shop::TAX).total
    page = -> (x) { x + y }
    case item
    in {name: String => title, size:} then [title, size]
    in [Integer, last] then last
    in Point(x:) then x
    end
    for each in rest do each end
    raise Shop::Error, "é: #{Größe.new.länge}" unless ready?
  rescue Timeout::Error, Shop::Failed => problem
    retry_with problem
  ensure
    @page ||= build
    Page[1]
  end
end
