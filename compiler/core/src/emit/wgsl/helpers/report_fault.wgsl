// Fills the fault record, if it is the first fault since the record was cleared. The words are `abi::fault`'s.
@group(0) @binding(1) var<storage, read_write> fault: array<atomic<u32>, 8>;

fn report_fault(launch_number: u32, site: u32, value: u32, bound: u32, group_index: u32, invocation: u32) {
    loop {
        let previous = atomicCompareExchangeWeak(&fault[0], 0u, launch_number);
        if previous.exchanged {
            break;
        }
        // the weak exchange may fail for no reason; go on until it was another fault
        if previous.old_value != 0u {
            return;
        }
    }
    atomicStore(&fault[1], site);
    atomicStore(&fault[2], value);
    atomicStore(&fault[3], bound);
    atomicStore(&fault[4], group_index);
    atomicStore(&fault[5], invocation);
}
