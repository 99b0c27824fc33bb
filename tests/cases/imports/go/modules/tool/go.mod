module example.com/tool

require (
	example.com/api/v2 v2.1.0
	example.com/forked v0.0.0
)

replace (
	example.com/forked v0.0.0 => ../forks/forked // ours
	example.com/outside => ../../outside
)

replace "example.com/alone" => ../forks/alone
