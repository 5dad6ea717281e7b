"""Sessions of brokers, from what ZooKeeper answers to four-letter words."""

from harness.systems.zookeeper.client import sessions_of

CONNECTIONS = """ /172.18.0.2:41234[0](queued=0,recved=1,sent=0)
 /172.18.0.3:50110[1](queued=0,recved=88,sent=88,sid=0x1000a1b2c3d0000,lop=PING,est=17,to=6000,lcxid=0x2a)
 /172.18.0.4:50112[1](queued=0,recved=90,sent=90,sid=0x1000a1b2c3d0001,lop=PING,est=17,to=9000,lcxid=0x2b)

"""
DUMP = """SessionTracker dump:
Session Sets (2)/(2):
1 expire at Mon Nov 23 05:49:03 UTC 2026:
\t0x1000a1b2c3d0000
ephemeral nodes dump:
Sessions with Ephemerals (3):
0x1000a1b2c3d0000:
\t/controller
\t/brokers/ids/1
0x1000a1b2c3d0001:
\t/brokers/ids/2
0x1000a1b2c3d0009:
\t/brokers/ids/3
Connections dump:
Connections Sets (1)/(1):
"""


def test_a_broker_has_the_session_that_holds_its_registration() -> None:
    # Of broker 3 only a registration is left: its process is gone.
    assert sessions_of(CONNECTIONS, DUMP) == {1: 6000, 2: 9000}


def test_a_server_that_serves_nobody_knows_no_sessions() -> None:
    assert sessions_of("This ZooKeeper instance is not currently serving requests\n", "") == {}
