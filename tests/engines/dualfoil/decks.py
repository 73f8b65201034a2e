"""Random decks and cells, and a deck as people write them."""

from hypothesis import strategies as st

from microbatt.engines.dualfoil.files.deck import ENTRIES, Deck, Heat, Mode, Segment

NUMBER = st.floats(-1e30, 1e30)
COUNT = st.integers(0, 10_000)


@st.composite
def segments(draw, *, version):
    return Segment(
        value=draw(NUMBER),
        end=draw(NUMBER),
        mode=draw(st.sampled_from(list(Mode))),
        low_cutoff=draw(NUMBER),
        high_cutoff=draw(NUMBER),
        resistance=draw(NUMBER) if version == "5.2" else None,
    )


@st.composite
def decks(draw):
    """Decks with any numbers at all: the format does not care."""
    kinds = {"float": NUMBER, "int": COUNT, "Heat": st.sampled_from(list(Heat))}
    values = {entry.name: draw(kinds[entry.kind]) for entry in ENTRIES[:-1]}
    version = draw(st.sampled_from(["5.1", "5.2"]))
    profile = st.lists(segments(version=version), min_size=1, max_size=3)
    return Deck(**values, segments=tuple(draw(profile)))


HAND_WRITTEN = """

50        ! lim,   limit on number of iterations
100.0d-06 ! h1
52.d-06   thickness of the separator, no exclamation mark
174.0e-06 ! h3
10.d-06   ! hcn, thickness of negative current collector (m)
10.d-06   ! hcp
80        ! n1 (set=0 if in foil mode)
40        ! n2
80        ! n3
100       ! n4
0\t    ! mvdc1
0         ! mvdc3
20\t    ! lims
298.15d0    ! T 298
2000.0    ! xi(1,1), 1200 needed for constant load short circuit
0.5635,     ! x
.1705       ! y
30.0d0    ! tmmax
3.9d-14   ! dfs1 0.58d-14,
1.0d-13   ! dfs3
12.5d-6   ! Rad1
8.5-6     ! Rad3
0.357     ! ep1
0.146d0   ! epp1
0.026     ! epf1
0.0d0     ! epg1
0.724     ! ep2
0.276d0   ! epp2
0.0d0     ! epg2
0.444     ! ep3
0.186d0   ! epp3
0.073     ! epf3
0.0d0     ! epg3
100.0d0   ! sig1
3.8d0     ! sig3
2.0d-11   ! rka1
2.d-11    ! rka3
0.11d0    ! ranode
0.000d0   ! rcathde
372.d0    ! cot1
148.d0    ! cot3
1324.0    ! re
1900.0    ! rs1
4140.0    ! rs3
1800.0    ! rf
1780.0    ! rpl
0.0d0     ! rc
8954.0    ! rcn
2707.0    ! rcp
0.0d0     ! htc
2000.0d0  ! Cp
298.d0    ! Tam
1         ! ncell
2         ! lht
1         ! il1
10        ! il2
10        ! il3
1         ! lflag
0         ! imp
0.0d0     ! capp1
0.0d0     ! capp3
0         ! lpow
0         ! jsol
0         ! nside
0.0d0     ! rksa1
0.0d0     ! rksc1
0.0d0     ! rksa2
0.0d0     ! rksc2
0.0d0     ! rksa3
0.0d0     ! rksc3
2         ! nneg   see below
7         ! nprop  see below
9         ! npos   see below
1         ! lcurs
17.5d0  2.0d0  2  1.5d0  4.70d0 !discharge to 2 V



\tEXPLANATIONS
lines 20-22: 17 words that no reader minds
"""
"""Comments of every kind, a value without its mark, blank lines, and Fortran's number forms."""


def edited(symbol, value):
    """The deck above with another value."""
    lines = HAND_WRITTEN.splitlines()
    for i, line in enumerate(lines):
        words = line.partition("!")[2].replace(",", " ").split()
        if words and words[0] == symbol:
            lines[i] = f"{value} ! {symbol}"
            return "\n".join(lines)
    raise KeyError(symbol)
