"""The geometry of the body plan, the heart and the bones. See `anatomy_svg.py`."""

from __future__ import annotations

from collections.abc import Callable

from anatomy_svg import Figure, arrow, oval, path, tube, words


def _torso(figure: Figure) -> None:
    """The outline of a trunk from the ribs to the groin, from the front."""
    outline = "M50 30C40 110 76 150 72 210C68 260 44 290 44 330L170 420L270 420L396 330C396 290 372 260 368 210C364 150 400 110 390 30Z"
    figure.back(path(outline, "b"))


def quadrants() -> Figure:
    """The four quadrants of the abdomen."""
    f = Figure(
        "quadrants",
        "Four quadrants of the abdomen",
        "A trunk from the front, divided by an upright and a level line that cross at the navel.",
        440,
        words("quadrants"),
    )
    _torso(f)
    f.region("right-upper", path("M220 30L50 30C40 110 74 146 72 210L220 210Z", "b"))
    f.region("left-upper", path("M220 30L390 30C400 110 366 146 368 210L220 210Z", "c"))
    f.region("right-lower", path("M220 210L72 210C68 260 44 290 44 330L170 420L220 420Z", "c"))
    f.region("left-lower", path("M220 210L368 210C372 260 396 290 396 330L270 420L220 420Z", "b"))
    f.back(oval(220, 210, 6, 8, "a"))
    f.inside("right-upper", 138, 115, 12)
    f.inside("left-upper", 302, 115, 12)
    f.inside("right-lower", 138, 300, 12)
    f.inside("left-lower", 302, 300, 12)
    f.sides()
    return f


def nine_regions() -> Figure:
    """The nine regions of the abdomen."""
    f = Figure(
        "nine-regions",
        "Nine regions of the abdomen",
        "A trunk from the front, divided by two upright and two level lines into three rows of three.",
        440,
        words("nine-regions"),
    )
    f.region("right-hypochondriac", path("M160 30L50 30C45 80 56 116 64 150L160 150Z", "c"))
    f.region("epigastric", path("M160 30L280 30L280 150L160 150Z", "b"))
    f.region("left-hypochondriac", path("M280 30L390 30C395 80 384 116 376 150L280 150Z", "c"))
    f.region("right-lumbar", path("M160 150L64 150C74 190 72 240 58 280L160 280Z", "b"))
    f.region("umbilical", path("M160 150L280 150L280 280L160 280Z", "c"))
    f.region("left-lumbar", path("M280 150L376 150C366 190 368 240 382 280L280 280Z", "b"))
    f.region("right-inguinal", path("M160 280L58 280C50 300 44 310 44 330L160 413Z", "c"))
    f.region("hypogastric", path("M160 280L280 280L280 413L270 420L170 420L160 413Z", "b"))
    f.region("left-inguinal", path("M280 280L382 280C390 300 396 310 396 330L280 413Z", "c"))
    f.back(oval(220, 248, 6, 8, "a"))
    for column, x in enumerate((107, 220, 333)):
        for row, y in enumerate((90, 212, 322)):
            name = list(f.words)[3 * row + column]
            f.inside(name, x, y, 9)
    f.sides()
    return f


def _front(f: Figure, x: float, y: float, scale: float) -> None:
    """A standing figure from the front: x is its midline, y the top of its head, `scale` 1 is 200 high."""

    def at(dx: float, dy: float) -> str:
        return f"{x + dx * scale:g} {y + dy * scale:g}"

    limbs = [
        f"M{at(-22, 40)}L{at(-34, 45)}L{at(-46, 108)}L{at(-38, 110)}L{at(-22, 62)}Z",
        f"M{at(22, 40)}L{at(34, 45)}L{at(46, 108)}L{at(38, 110)}L{at(22, 62)}Z",
        f"M{at(-20, 104)}L{at(-22, 196)}L{at(-8, 196)}L{at(-1, 112)}Z",
        f"M{at(20, 104)}L{at(22, 196)}L{at(8, 196)}L{at(1, 112)}Z",
    ]
    f.back(*(path(d, "b") for d in limbs))
    f.back(path(f"M{at(-26, 40)}L{at(26, 40)}L{at(20, 112)}L{at(-20, 112)}Z", "b"))
    f.back(oval(x, y + 17 * scale, 14 * scale, 17 * scale, "b"))


def _profile(f: Figure, x: float, y: float, scale: float) -> None:
    """A standing figure from its side, facing the viewer's left."""

    def at(dx: float, dy: float) -> str:
        return f"{x + dx * scale:g} {y + dy * scale:g}"

    body = (
        f"M{at(-6, 38)}C{at(-20, 56)} {at(-12, 80)} {at(-13, 104)}L{at(-8, 150)}L{at(-8, 190)}L{at(-20, 196)}L{at(8, 196)}"
        f"L{at(9, 150)}C{at(20, 120)} {at(8, 90)} {at(13, 62)}C{at(14, 48)} {at(8, 40)} {at(4, 38)}Z"
    )
    f.back(path(body, "b"))
    head = f"M{at(-13, 18)}C{at(-13, -6)} {at(16, -6)} {at(16, 16)}C{at(16, 28)} {at(6, 34)} {at(6, 40)}L{at(-6, 40)}L{at(-9, 33)}C{at(-14, 32)} {at(-13, 27)} {at(-13, 25)}L{at(-17, 22)}Z"
    f.back(path(head, "b"))


def planes() -> Figure:
    """The three planes."""
    f = Figure(
        "planes",
        "Three planes through the body",
        "Three panels, each with a standing figure and a plane that cuts it.",
        354,
        words("planes"),
    )
    _front(f, 74, 40, 1)
    _profile(f, 220, 40, 1)
    _front(f, 366, 40, 1)
    plane = 'fill="#74839d" fill-opacity="0.55" stroke="#222b3a" stroke-width="2.4"'
    f.region("sagittal", f'<path {plane} class="cut" d="M68 26L80 16L80 252L68 262Z"/>')
    f.region("coronal", f'<path {plane} class="cut" d="M214 26L226 16L226 252L214 262Z"/>')
    f.region("transverse", f'<path {plane} class="cut" d="M306 146L318 132L432 132L420 146Z"/>')
    f.note("from the front", 74, 278)
    f.note("from the side", 220, 278)
    f.note("from the front", 366, 278)
    f.inside("sagittal", 74, 320, 10)
    f.inside("coronal", 220, 320, 12)
    f.inside("transverse", 366, 320, 12)
    return f


def directions() -> Figure:
    """Directional terms on a front and a side figure."""
    f = Figure(
        "directions",
        "Directions of the body",
        "A figure from the front and a figure from the side, facing the viewer's left, with arrows.",
        440,
        words("directions"),
    )
    _front(f, 160, 40, 1.85)
    _profile(f, 350, 90, 1.3)
    f.note("from the front", 160, 428)
    f.note("from the side", 350, 378)
    f.region("superior", arrow(112, 96, 112, 34))
    f.region("inferior", arrow(160, 330, 160, 398))
    f.region("medial", arrow(202, 136, 166, 136))
    f.region("lateral", arrow(166, 204, 226, 204))
    f.region("proximal", arrow(66, 238, 90, 132))
    f.region("distal", arrow(216, 262, 219, 392))
    f.region("anterior", arrow(330, 200, 284, 200))
    f.region("posterior", arrow(368, 220, 414, 220))
    f.side("superior", 88, 40, (112, 62), width=12)
    f.side("proximal", 70, 146, (77, 189))
    f.side("inferior", 96, 386, (160, 366), width=10)
    f.side("medial", 250, 112, (196, 136), right=True)
    f.side("lateral", 250, 176, (214, 202), right=True)
    f.side("distal", 246, 330, (219, 350), right=True)
    f.over("anterior", 290, 264, (312, 200), width=10)
    f.over("posterior", 398, 272, (390, 220), width=10)
    return f


def heart() -> Figure:
    """Chambers, valves and great vessels, cut open from the front."""
    f = Figure(
        "heart",
        "The heart, cut open, from the front",
        "Two chambers above and two below. The patient's right side is on the viewer's left.",
        450,
        words("heart"),
    )
    f.back(tube("M128 190L128 70", "c", 24), tube("M116 250L116 330", "c", 24))
    f.region("aorta", tube("M246 250C228 200 196 150 196 106C196 60 272 56 282 96", "c", 30))
    wall = "M98 170C84 220 92 270 130 312C168 356 226 404 262 406C318 404 350 316 352 262C356 214 352 160 318 148C288 140 262 150 250 170C214 190 200 176 172 160C140 146 108 148 98 170Z"
    f.back(path(wall, "d"))
    f.region(
        "right-atrium",
        path(
            "M108 182C116 160 150 158 166 180C176 198 172 222 160 238L112 246C102 226 102 202 108 182Z", "b"
        ),
    )
    f.region(
        "left-atrium",
        path(
            "M276 176C290 156 326 158 334 182C342 202 338 220 332 232L282 236C268 218 266 194 276 176Z", "b"
        ),
    )
    f.region(
        "right-ventricle",
        path(
            "M112 256L162 248C176 244 176 214 186 204L214 214C212 250 224 300 240 366C200 362 130 310 112 256Z",
            "b",
        ),
    )
    f.region(
        "left-ventricle",
        path("M236 216L266 214L276 246L330 242C332 300 304 360 270 372C262 330 244 270 236 216Z", "b"),
    )
    f.region(
        "septum",
        path(
            "M216 222L234 222C242 270 258 326 266 376C260 384 250 384 243 378C228 310 216 262 216 222Z", "e"
        ),
    )
    f.region("aorta", tube("M250 214C234 184 196 150 196 106C196 60 276 56 286 100", "c", 28))
    f.region("pulmonary-trunk", tube("M200 206C204 170 232 146 238 120C242 100 256 92 276 112", "a", 26))
    f.region("tricuspid-valve", path("M108 244L164 236L166 250L110 258Z", "e"))
    f.region("mitral-valve", path("M278 232L334 228L336 242L280 246Z", "e"))
    f.region("pulmonary-valve", path("M182 198L216 204L215 216L181 210Z", "e"))
    f.region("aortic-valve", path("M234 208L262 198L268 209L238 220Z", "e"))
    f.note("superior vena cava", 6, 62, "start")
    f.side("right-atrium", 76, 176, (120, 200), width=8)
    f.side("tricuspid-valve", 76, 244, (116, 250), width=9)
    f.side("right-ventricle", 76, 318, (146, 284), width=9)
    f.over("pulmonary-valve", 130, 392, (192, 212), width=10)
    f.side("aorta", 352, 70, (280, 84), right=True)
    f.side("pulmonary-trunk", 352, 118, (262, 106), right=True, width=10)
    f.side("left-atrium", 370, 174, (322, 192), right=True, width=8)
    f.side("mitral-valve", 370, 232, (330, 236), right=True, width=8)
    f.side("left-ventricle", 370, 300, (324, 278), right=True, width=9)
    f.side("aortic-valve", 370, 362, (252, 209), right=True, width=8)
    f.over("septum", 262, 432, (252, 350), width=20)
    f.sides()
    return f


def coronary() -> Figure:
    """The coronary arteries on the surface of the heart."""
    f = Figure(
        "coronary",
        "Coronary arteries, from the front",
        "The heart from outside. Broken lines run behind the heart. The patient's right is on the viewer's left.",
        450,
        words("coronary"),
    )
    f.back(tube("M206 200L206 120C206 70 270 66 280 108", "c", 40))
    wall = "M130 170C96 200 92 270 124 316C160 360 240 410 290 410C336 404 354 320 346 256C342 200 320 160 284 152C250 146 240 168 206 178C180 160 150 156 130 170Z"
    f.back(path(wall, "b"))
    f.back(path("M186 186L186 150L226 150L226 186C214 192 198 192 186 186Z", "c"))
    f.region(
        "circumflex",
        tube("M262 196C290 188 318 192 334 216", "d", 9),
        tube("M334 216C340 240 334 262 318 284", "d", 9, dashed=True),
    )
    f.region("marginal", tube("M336 218C346 250 348 290 334 330", "c", 7))
    f.region("lad", tube("M258 198C250 250 262 320 288 396", "e", 9))
    f.region("diagonal", tube("M257 236C280 256 296 280 304 318", "c", 7))
    f.region("left-main", tube("M222 182C236 184 248 188 262 197", "a", 11))
    f.region(
        "rca",
        tube("M190 184C160 180 126 204 116 244C112 280 130 312 152 330", "d", 9),
        tube("M152 330C190 352 230 366 262 372", "d", 9, dashed=True),
    )
    f.side("rca", 92, 236, (116, 246), width=10)
    f.over("left-main", 130, 96, (240, 186), width=10)
    f.side("circumflex", 350, 158, (322, 203), right=True, width=10)
    f.side("marginal", 364, 262, (344, 268), right=True, width=8)
    f.side("diagonal", 364, 348, (301, 302), right=True, width=8)
    f.over("lad", 190, 430, (276, 352), width=30)
    f.note("aorta", 206, 140)
    f.sides()
    return f


def long_bone() -> Figure:
    """The parts of a growing long bone."""
    f = Figure(
        "long-bone",
        "Parts of a long bone",
        "A growing long bone, upright, its shaft cut open to show the hollow.",
        430,
        words("long-bone"),
    )
    f.region("epiphysis", path("M176 66C170 26 206 18 220 26C234 18 270 26 264 66Z", "c"))
    f.region("physis", path("M176 66L264 66L262 78L178 78Z", "e"))
    f.region(
        "metaphysis", path("M178 78L262 78C262 106 250 116 246 134L194 134C190 116 178 106 178 78Z", "b")
    )
    f.region("diaphysis", path("M194 134L246 134L246 290L194 290Z", "c"))
    f.region("medullary-cavity", path("M210 142L230 142L230 282L210 282Z", "a"))
    f.back(path("M194 290L246 290C250 310 264 320 266 350L174 350C176 320 190 310 194 290Z", "b"))
    f.back(
        path("M174 350L266 350L266 361L174 361Z", "e"),
        path(
            "M172 361L268 361C272 388 262 402 244 400C232 398 226 392 220 392C214 392 208 398 196 400C178 402 168 388 172 361Z",
            "c",
        ),
    )
    f.region(
        "cartilage",
        path(
            "M168 380C170 412 186 410 196 408C208 406 214 400 220 400C226 400 232 406 244 408C254 410 270 412 272 380C270 394 262 402 244 400C232 398 226 392 220 392C214 392 208 398 196 400C178 402 170 394 168 380Z",
            "a",
        ),
    )
    f.side("epiphysis", 130, 44, (190, 46))
    f.side("metaphysis", 130, 112, (200, 110))
    f.side("diaphysis", 130, 212, (201, 212), width=10)
    f.side("physis", 306, 72, (255, 72), right=True, width=14)
    f.side("medullary-cavity", 306, 212, (222, 212), right=True, width=10)
    f.side("cartilage", 306, 380, (264, 399), right=True, width=10)
    return f


def femur() -> Figure:
    """The right femur from the front."""
    f = Figure(
        "femur",
        "Right thigh bone (femur), from the front",
        "The bone stands upright; the ball of the hip joint points to the midline, on the viewer's right.",
        470,
        words("femur"),
    )
    f.region("neck", path("M196 92L240 50L262 84L216 132Z", "a"))
    f.region("head", oval(264, 58, 30, 30, "c"))
    f.region("greater-trochanter", path("M166 128C158 96 166 72 186 72C198 74 200 88 196 94L188 120Z", "d"))
    f.region("intertrochanteric", path("M168 128L188 120L196 92L218 130L222 152L190 152L168 140Z", "b"))
    f.region("lesser-trochanter", path("M218 134C236 134 240 152 222 160Z", "d"))
    f.region("subtrochanteric", path("M170 138L192 152L222 152L218 186L178 186Z", "c"))
    f.region("shaft", path("M178 186L218 186C216 240 216 290 222 360L178 360C184 290 182 240 178 186Z", "b"))
    f.region(
        "lower-end",
        path(
            "M178 360L222 360C226 388 250 396 250 424C250 450 218 452 206 432L194 432C182 452 150 450 150 424C150 396 174 388 178 360Z",
            "c",
        ),
    )
    f.side("greater-trochanter", 128, 84, (174, 100), width=10)
    f.side("intertrochanteric", 136, 150, (182, 136), width=10)
    f.side("subtrochanteric", 136, 212, (184, 174), width=10)
    f.side("head", 330, 46, (276, 54), right=True)
    f.side("neck", 330, 100, (226, 94), right=True)
    f.side("lesser-trochanter", 330, 160, (228, 148), right=True, width=10)
    f.side("shaft", 330, 276, (208, 276), right=True)
    f.side("lower-end", 330, 414, (240, 414), right=True, width=10)
    f.note("outer side", 60, 300)
    f.note("midline, inner side", 6 + 368, 344)
    return f


FIGURES: dict[str, Callable[[], Figure]] = {
    "quadrants": quadrants,
    "nine-regions": nine_regions,
    "planes": planes,
    "directions": directions,
    "heart": heart,
    "coronary": coronary,
    "long-bone": long_bone,
    "femur": femur,
}
