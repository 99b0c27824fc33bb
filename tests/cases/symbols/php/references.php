<html><?= title($page) ?></html>
<?php
namespace App;

class Cart extends Base\Basket
{
    #[Route('/cart', name: INDEX)]
    public function show(?Request $request, Item|Bundle ...$items): Response&\Countable
    {
        $items = array_map(fn(Item $item): int => $item->price, $items);
        $user = User::find($request->id)?->account()->owner;
        $all = [self::LIMIT, static::$cache, parent::show(), User::class, User::$last, Shop\TAX, \E_ALL];
        namespace\local(); Tools\sort(...$all); $name::create(); new $name;
        if ($user instanceof Admin && !defined('QUIET')) {
            echo "{$user->name} of ${page}", LIMIT, __CLASS__, true, null;
        }
        try {
            goto end;
        } catch (NotFound | \RuntimeException $error) {
            throw new Failure(code: CODE, previous: $error);
        }
        end:
        return new class($user) extends Response { use Cached; };
    }
}
