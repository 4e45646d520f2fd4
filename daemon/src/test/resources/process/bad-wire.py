"""A bad wire between two network namespaces: a TAP device at either end, and packets that come late, disordered or not at all.

Usage: bad-wire.py NAMESPACE DEVICE NAMESPACE DEVICE DELAY_MS JITTER_MS LOSS_PERCENT; says "up" and works until it is killed.
"""
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
BURST = 64


def tap(libc, home, namespace, device):
    target = os.open("/var/run/netns/" + namespace, os.O_RDONLY)
    if libc.setns(target, CLONE_NEWNET) != 0:
        sys.exit("no way into " + namespace)
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TAP | IFF_NO_PI))
    libc.setns(home, CLONE_NEWNET)
    os.close(target)
    return end


def main():
    one_namespace, one_device, other_namespace, other_device = sys.argv[1:5]
    delay_s, jitter_s, loss = float(sys.argv[5]) / 1e3, float(sys.argv[6]) / 1e3, float(sys.argv[7]) / 100
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    one = tap(libc, home, one_namespace, one_device)
    other = tap(libc, home, other_namespace, other_device)
    print("up", flush=True)
    under_way = []
    number = 0
    while True:
        wait_s = max(0, under_way[0][0] - time.monotonic()) if under_way else None
        ready, _, _ = select.select([one, other], [], [], wait_s)
        now = time.monotonic()
        for end in ready:
            for _ in range(BURST):
                try:
                    packet = os.read(end, 65536)
                except OSError:
                    break
                if random.random() >= loss:
                    number += 1
                    due = now + delay_s + random.uniform(0, jitter_s)
                    heapq.heappush(under_way, (due, number, other if end == one else one, packet))
        while under_way and under_way[0][0] <= time.monotonic():
            _, _, end, packet = heapq.heappop(under_way)
            try:
                os.write(end, packet)
            except OSError:
                pass  # The far end is down, or takes no more: lost.


main()
