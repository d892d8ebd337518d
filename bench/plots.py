"""Plots of what the bench measured, as SVG: a bar for each pair, and a small curve for each list."""
import html
import math
import statistics

OURS, THEIRS = "#1f6f5c", "#b5533c"


def ratios(measured, rows):
    """A bar for each row that has a peer: how much better Hanbat is, on a scale of powers of two around "the same"."""
    bars = []
    for row in rows:
        for peer, values in row["ways"].items():
            theirs = statistics.median(values)
            if peer == "Hanbat" or not theirs:
                continue
            ratio = statistics.median(row["ways"]["Hanbat"]) / theirs
            if ratio > 0:
                bars.append((f"{row['group']}: {row['title']} (beside {peer})", ratio if row["better"] == "more" else 1 / ratio))
    left, width, step, top = 30 + 6 * max([10, *(len(title) for title, _ in bars)]), 420, 20, 46
    most = max([1.0, *(abs(math.log2(ratio)) for _, ratio in bars)])
    middle, scale = left + width / 2, width / 2 / most
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 80}" height="{top + step * len(bars) + 12}" font-family="sans-serif" font-size="11">',
           '<rect width="100%" height="100%" fill="#fff"/>',
           f'<text x="10" y="18" font-size="14">Times better than the peer, of the same run ({html.escape(measured["date"])})</text>',
           f'<text x="{middle}" y="36" text-anchor="middle" fill="#555">the same</text>',
           f'<line x1="{middle}" y1="40" x2="{middle}" y2="{top + step * len(bars)}" stroke="#555"/>']
    for at, (title, ratio) in enumerate(bars):
        y, length = top + at * step, math.log2(ratio) * scale
        begin = min(middle, middle + length)
        colour = OURS if ratio >= 1 else THEIRS
        out += [f'<text x="{left - 8}" y="{y + 12}" text-anchor="end">{html.escape(title)}</text>',
                f'<rect x="{begin:.1f}" y="{y + 2}" width="{abs(length):.1f}" height="13" fill="{colour}"/>',
                f'<text x="{middle + length + (5 if length >= 0 else -5):.1f}" y="{y + 12}" text-anchor="{"start" if length >= 0 else "end"}">{ratio:.2f}</text>']
    return "\n".join([*out, "</svg>", ""])


def curves(rows):
    """A small plot for each row that is a curve: how many there are, in powers of ten, and what a page took, from nothing up."""
    across, width, height, step_x, step_y = 4, 170, 70, 225, 130
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{across * step_x + 20}" height="{-(-len(rows) // across) * step_y + 40}" font-family="sans-serif" font-size="10">',
           '<rect width="100%" height="100%" fill="#fff"/>', '<text x="10" y="18" font-size="14">Milliseconds of a page, as what there is grows</text>']
    for at, row in enumerate(rows):
        left, top = 35 + at % across * step_x, 55 + at // across * step_y
        points = [(math.log10(count), statistics.median(row["ways"][way])) for way, count in row["curve"].items() if way in row["ways"]]
        least, most, high = points[0][0], points[-1][0], max(value for _, value in points)
        place = [(left + (x - least) / ((most - least) or 1) * width, top + height - y / (high or 1) * height) for x, y in points]
        colour = THEIRS if row["holds"] is False else OURS
        out += [f'<text x="{left}" y="{top - 8}">{html.escape(row["title"])}</text>',
                f'<path d="M{left},{top} V{top + height} H{left + width}" fill="none" stroke="#999"/>',
                f'<text x="{left - 4}" y="{top + 4}" text-anchor="end" fill="#555">{high:.2g}</text>',
                f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in place)}" fill="none" stroke="{colour}" stroke-width="2"/>']
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in place]
        out += [f'<text x="{x:.1f}" y="{top + height + 12}" text-anchor="middle" fill="#555">{count:,}</text>' for (x, _), count in zip(place, row["curve"].values())]
    return "\n".join([*out, "</svg>", ""])
