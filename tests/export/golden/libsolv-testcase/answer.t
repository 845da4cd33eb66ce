# small: 6 packages for x86_64, proven
# written by pkgset export from manifest.json, sha256:3cf1032f70370fdd79b8307c2d54a4b42044f61e7a9a682ab09be7cf8a4e9aee
# not here, since nobody has made it yet: agent
# keel is downstream: absent
# stub:agent is stub: absent
repo @stubs 0 testtags <inline>
#>=Ver: 3.0
#>=Pkg: stub:agent 0 - noarch
#>=Prv: stub\3aagent = 0
repo base 0 testtags <inline>
#>=Ver: 3.0
#>=Pkg: NetworkManager 1:1.46.0 1.el9 x86_64
#>=Prv: NetworkManager = 1\3a1.46.0-1.el9
#>=Pkg: bash 5.1.8 4.el9 x86_64
#>=Prv: bash = 5.1.8-4.el9
#>=Pkg: glibc 2.34 60.el9 x86_64
#>=Prv: glibc = 2.34-60.el9
#>=Pkg: glibc 2.34 60.el9 i686
#>=Prv: glibc = 2.34-60.el9
#>=Pkg: tzdata 2024a 1.el9 noarch
#>=Prv: tzdata = 2024a-1.el9
#>=Pkg: libdb 1 1 x86_64
#>=Prv: libdb = 1-1
#>=Prv: libdb#0
repo ours 0 testtags <inline>
#>=Ver: 3.0
#>=Pkg: keel 1.4~rc1 2.ours x86_64
#>=Prv: keel = 1.4~rc1-2.ours
system x86_64 rpm
solverflags ignorerecommended
job multiversion name glibc
job erase provides libdb#0
job install pkg NetworkManager-1:1.46.0-1.el9.x86_64@base
job install pkg bash-5.1.8-4.el9.x86_64@base
job install pkg glibc-2.34-60.el9.x86_64@base
job install pkg glibc-2.34-60.el9.i686@base
job install pkg keel-1.4~rc1-2.ours.x86_64@ours
job install pkg stub:agent-0.noarch@@stubs
job install pkg tzdata-2024a-1.el9.noarch@base
result transaction,problems <inline>
#>install NetworkManager-1:1.46.0-1.el9.x86_64@base
#>install bash-5.1.8-4.el9.x86_64@base
#>install glibc-2.34-60.el9.i686@base
#>install glibc-2.34-60.el9.x86_64@base
#>install keel-1.4~rc1-2.ours.x86_64@ours
#>install stub:agent-0.noarch@@stubs
#>install tzdata-2024a-1.el9.noarch@base
