"""A second opinion: RPM's rules and DESIGN section 3, written again for tiny worlds decided by trying every subset.

Nothing here imports the product but `optimizer.problem.dependency` (the syntax tree of a dependency) and the words of
`optimizer.problem.problem`; `every_subset` and `drawing` begin at the Instance, and know its values and those of a
question besides. README.md says how a test compares the product with it.
"""
