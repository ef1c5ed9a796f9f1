"""The plot of benches/growth: CPU time on logarithmic scales beside peak memory, as SVG."""

from itertools import chain
from math import ceil, floor, log10

GUIDE = "#999999"
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#333333"]
WIDTH, HEIGHT, TOP = 340, 270, 52
STEPS = [step * 10 ** power for power in range(6) for step in (1, 2, 5)]  # Of a linear scale.
FRAME = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 890 484" font-family="sans-serif" font-size="12" '
         'fill="#222222">\n<rect width="890" height="484" fill="#ffffff"/>')


class Panel:
    """One field: sizes from left to right on a logarithmic scale, values upwards on one or the other."""

    def __init__(self, left, sizes, values, logarithmic):
        self.left, self.sizes, self.logarithmic = left, sizes, logarithmic
        if logarithmic:
            # A value just below a power of ten, as the unit itself measured again, takes no decade of its own.
            low, high = floor(log10(min(values)) + 0.1), ceil(log10(max(values)))
            self.marks = [10 ** power for power in range(low, high + 1)]
        else:
            step = next(step for step in STEPS if 6 * step >= max(values))
            self.marks = [step * number for number in range(ceil(max(values) / step) + 1)]

    def x(self, rows):
        first, last = log10(self.sizes[0]), log10(self.sizes[-1])
        return self.left + WIDTH * (log10(rows) - first) / (last - first)

    def y(self, value):
        scale = log10 if self.logarithmic else float
        low, high = scale(self.marks[0]), scale(self.marks[-1])
        return TOP + HEIGHT * (high - scale(value)) / (high - low)

    def axes(self, title):
        """The grid, the numbers beside it, and what they are."""
        yield f'<text x="{self.left}" y="{TOP - 18}" font-weight="bold">{title}</text>'
        for mark in self.marks:
            y = self.y(mark)
            yield f'<path d="M{self.left} {y:.1f}h{WIDTH}" stroke="#dddddd"/>'
            yield f'<text x="{self.left - 8}" y="{y + 4:.1f}" text-anchor="end">{mark:,}</text>'
        for rows in self.sizes:
            x = self.x(rows)
            yield f'<path d="M{x:.1f} {TOP}v{HEIGHT}" stroke="#eeeeee"/>'
            yield f'<text x="{x:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{rows:,}</text>'
        yield (f'<text x="{self.left + WIDTH / 2}" y="{TOP + HEIGHT + 38}" text-anchor="middle">'
               'accounts (events for audit) in the file</text>')

    def curve(self, values, colour):
        at = [(self.x(rows), self.y(value)) for rows, value in zip(self.sizes, values)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for x, y in at:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def guide(panel):
    """What grows exactly as the file does, from 1 at the first size."""
    ends = [(panel.x(rows), panel.y(rows / panel.sizes[0])) for rows in (panel.sizes[0], panel.sizes[-1])]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in ends)
    yield f'<path d="M{path}" stroke="{GUIDE}" stroke-width="1.5" stroke-dasharray="5 4"/>'


def legend(names):
    for number, (name, colour) in enumerate(zip(names, COLOURS)):
        x, y = 70 + 260 * (number % 3), TOP + HEIGHT + 72 + 22 * (number // 3)
        yield f'<path d="M{x} {y - 4}h24" stroke="{colour}" stroke-width="2"/>'
        yield f'<text x="{x + 32}" y="{y}">{name}</text>'
    y = TOP + HEIGHT + 72 + 44
    yield f'<path d="M70 {y - 4}h24" stroke="{GUIDE}" stroke-width="1.5" stroke-dasharray="5 4"/>'
    yield f'<text x="102" y="{y}">what grows as the file does</text>'


def drawn(curves, sizes, machine):
    """The plot of these curves: for each name the pair (CPU ratio, MiB) at each of the sizes."""
    ratios, memories = ({name: [pair[side] for pair in curve] for name, curve in curves.items()} for side in (0, 1))
    time = Panel(70, sizes, [1, sizes[-1] / sizes[0], *chain(*ratios.values())], logarithmic=True)
    memory = Panel(500, sizes, [*chain(*memories.values())], logarithmic=False)
    parts = [FRAME, *time.axes(f"CPU time (one user show at {sizes[0]:,} accounts = 1)"), *guide(time),
             *memory.axes("peak memory (MiB)")]
    for panel, values in ((time, ratios), (memory, memories)):
        for name, colour in zip(values, COLOURS):
            parts.extend(panel.curve(values[name], colour))
    parts.extend(legend(curves))
    parts.append(f'<text x="70" y="468" font-size="11" fill="#666666">{machine}</text>')
    return "\n".join(parts) + "\n</svg>\n"
