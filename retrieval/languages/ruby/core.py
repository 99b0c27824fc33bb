"""Constants of Ruby, its standard library and Rails: a repository that opens them does not own them."""

from __future__ import annotations

_CORE = """
ARGF ARGV ArgumentError Array BasicObject Benchmark BigDecimal Binding CGI CSV Class ClosedQueueError
Comparable Complex ConditionVariable Coverage Data DateTime Date Delegator Digest Dir ENV EOFError ERB
Encoding EncodingError Enumerable Enumerator Errno Etc Exception FalseClass Fiber FiberError File FileTest
FileUtils Find Float FloatDomainError FrozenError GC Gem Hash IO IOError IPAddr IndexError Integer
Interrupt JSON Kernel KeyError LoadError LocalJumpError Logger Marshal MatchData Math Method
Minitest Module Monitor MonitorMixin Mutex NameError Net NilClass NoMatchingPatternError NoMemoryError
NoMethodError NotImplementedError Numeric ObjectSpace Object Observable Open3 OpenSSL OpenStruct OptionParser
PP PStore Pathname Proc Process PTY Psych Queue RUBY_ENGINE RUBY_PLATFORM RUBY_VERSION Rake Ractor Random
Range RangeError Rational RbConfig Readline Refinement Regexp RegexpError Resolv Ripper RubyVM
RuntimeError SecureRandom SecurityError Set Shellwords Signal SignalException SimpleDelegator Singleton
SizedQueue Socket StandardError StopIteration StringIO StringScanner String Struct Symbol SyntaxError
SystemCallError SystemExit SystemStackError TCPServer TCPSocket Tempfile Test Thread ThreadError
ThreadGroup ThreadsWait Time Timeout TracePoint TrueClass TypeError UDPSocket UNIXSocket URI UnboundMethod
UncaughtThrowError Warning WeakRef YAML ZeroDivisionError Zlib
"""
CORE = frozenset(_CORE.split())

_RAILS = """
AbstractController ActionCable ActionController ActionDispatch ActionMailbox ActionMailer ActionPack
ActionText ActionView ActiveJob ActiveModel ActiveRecord ActiveResource ActiveStorage ActiveSupport
Arel Rails Railtie
"""
RAILS = frozenset(_RAILS.split())
