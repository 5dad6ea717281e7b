"""The small protocols between packages: what workloads and faults ask, what back ends give."""
