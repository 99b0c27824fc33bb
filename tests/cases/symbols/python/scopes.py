from os.path import join
from . import util, model as m
import a.b.c

total = sum(n * util.RATE for n in m.rows)


def parameters(x, *args, y: util.Y = m.default, **kw) -> m.Out:
    return x + args[y] + kw + free.name(x).first


def local(items):
    global shared
    for i, (j, k) in items:
        shared = later
        with open(i) as f, util.lock() as (g, h):
            f.read(g, h, j, k)
    try:
        import late
    except (m.Error, ValueError) as error:
        raise util.Wrapped(error) from error
    later = late.value
    if (found := util.find(later)) and any((last := v) for v in found):
        return last
    del items
    return [shared for shared in [w for w in util.all()] if shared]


class Model(m.Base[util.T], metaclass=m.Meta):
    size = 1
    rows = [size for _ in range(size)]
    area: "m.Area | list[Row]" = size
    mode: Literal["fast", "slow"]

    def grow(self, by=size, key=lambda s, t=size: s.x + t + rate):
        self.size += by
        self.parent.grow(key)
        super().grow(size)
        return self

    def nest(self):
        def helper(n):
            nonlocal count
            count = n
            return self.size

        count = 0
        return helper(count)


def generic[T: util.Bound, *Ts](value: T, rest: tuple[*Ts]) -> T:
    other: T = value
    return other


def match(command):
    match command:
        case m.Move(x=x, speed=[fast, *rest]) if x > limit:
            return x, fast, rest
        case {"k": kind, **others} | (kind, others):
            return kind, others
        case m.STOP | Stop() as stop:
            return stop
        case name:
            return f"{name!r:>{width}} {util.show(name)}"


__all__ = ["Model", "local"] + util.__all__
__all__ += ["lazy"]
