"""The headers that a compiler or its system brings: no file of a repository is meant by their names."""

from __future__ import annotations

_C = """assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign
stdarg stdatomic stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn string tgmath
threads time uchar wchar wctype"""
_POSIX = """aio alloca arpa/inet byteswap cpio dirent dlfcn endian err execinfo fcntl features fmtmsg fnmatch
fts ftw getopt glob grp iconv ifaddrs io langinfo libgen link malloc memory monetary mqueue ndbm
net/if netdb netinet/in netinet/tcp nl_types poll process pthread pwd regex resolv sched search
semaphore spawn stropts strings sys/epoll sys/event sys/eventfd sys/file sys/inotify sys/ioctl
sys/ipc sys/mman sys/mount sys/msg sys/param sys/poll sys/prctl sys/random sys/resource sys/select
sys/sem sys/sendfile sys/shm sys/signalfd sys/socket sys/stat sys/statfs sys/statvfs sys/syscall
sys/sysctl sys/sysinfo sys/sysmacros sys/time sys/timerfd sys/timeb sys/times sys/types sys/uio
sys/un sys/user sys/utsname sys/wait syscall sysexits syslog tar termio termios trace ucontext
ulimit unistd utime utmp utmpx values wait wordexp windows winsock winsock2 ws2tcpip intrin
immintrin emmintrin xmmintrin cpuid x86intrin arm_neon direct conio tchar crtdbg"""
_CPP = """algorithm any array atomic barrier bit bitset cassert ccomplex cctype cerrno cfenv cfloat charconv
chrono cinttypes ciso646 climits clocale cmath codecvt compare complex concepts condition_variable
coroutine csetjmp csignal cstdalign cstdarg cstdbool cstddef cstdint cstdio cstdlib cstring ctgmath
ctime cuchar cwchar cwctype deque exception execution expected experimental/filesystem
experimental/optional experimental/string_view filesystem flat_map flat_set format forward_list
fstream functional future generator initializer_list iomanip ios iosfwd iostream istream iterator
latch limits list locale map mdspan memory memory_resource mutex new numbers numeric optional
ostream print queue random ranges ratio regex scoped_allocator semaphore set shared_mutex
source_location span spanstream sstream stack stacktrace stdexcept stdfloat stop_token streambuf
string string_view strstream syncstream system_error thread tuple type_traits typeindex typeinfo
unordered_map unordered_set utility valarray variant vector version cxxabi.h"""

STANDARD_HEADERS = frozenset((*(f"{name}.h" for name in f"{_C} {_POSIX}".split()), *_CPP.split()))
