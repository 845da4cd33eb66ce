#!/bin/sh
# small: 6 packages for x86_64, proven
# written by pkgset export from manifest.json, sha256:3cf1032f70370fdd79b8307c2d54a4b42044f61e7a9a682ab09be7cf8a4e9aee
# not here, since nobody has made it yet: agent
# The order is from what the packages need of each other at run time: binary metadata does not say what a
# build needs. Where a build needs more, put its source into a later group.
# must be packaged first, nobody has: agent
# keel : absent
set -eu
: "${COPR_PROJECT:?the project, OWNER/NAME}"
: "${COPR_SCM:?where the sources lie: https://host/rpms stands before /NAME}"
: "${COPR_REF:=HEAD}"
build() {  # NAME [OPTION ID]: prints the id of the build
  name=$1; shift
  copr-cli buildscm --nowait --clone-url "$COPR_SCM/$name" --commit "$COPR_REF" "$@" "$COPR_PROJECT" |
    sed -n 's/^Created builds: *\([0-9][0-9]*\).*/\1/p' | grep .
}
batch=$(build keel)
