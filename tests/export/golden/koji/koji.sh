#!/bin/sh
# small: 6 packages for x86_64, proven
# written by pkgset export from manifest.json, sha256:3cf1032f70370fdd79b8307c2d54a4b42044f61e7a9a682ab09be7cf8a4e9aee
# not here, since nobody has made it yet: agent
# The order is from what the packages need of each other at run time: binary metadata does not say what a
# build needs. Where a build needs more, put its source into a later group.
# must be packaged first, nobody has: agent
# keel : absent
set -eu
: "${KOJI_TAG:?the tag that the packages are added to}"
: "${KOJI_OWNER:?who owns them there}"
: "${KOJI_TARGET:?the build target}"
: "${KOJI_SCM:?where the sources lie: git+https://host/rpms stands before /NAME#REF}"
: "${KOJI_REF:=HEAD}"
koji add-pkg --owner "$KOJI_OWNER" "$KOJI_TAG" keel
koji build --nowait "$KOJI_TARGET" "$KOJI_SCM"/keel"#$KOJI_REF"
