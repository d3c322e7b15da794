"""The geometry of the organs: lungs, colon, brain arteries, eye, breast, skin, urinary tract, pelvis. See `anatomy_svg.py`."""

from __future__ import annotations

from collections.abc import Callable

from anatomy_svg import Figure, box, line, oval, path, tube, words


def lungs() -> Figure:
    """The lobes of the lungs with the windpipe."""
    f = Figure(
        "lungs",
        "Lobes of the lungs, from the front",
        "The windpipe forks into two main bronchi. The patient's right lung is on the viewer's left.",
        430,
        words("lungs"),
    )
    f.region("right-upper-lobe", path("M182 110C172 76 140 60 112 100C84 140 62 190 54 232L186 214Z", "b"))
    f.region("right-middle-lobe", path("M186 214L98 226L166 330L194 300C188 276 186 250 186 214Z", "d"))
    f.region(
        "right-lower-lobe",
        path("M54 232L98 226L166 330L186 344C140 348 80 362 42 386C36 330 42 280 54 232Z", "c"),
    )
    f.region(
        "left-upper-lobe",
        path(
            "M258 110C268 76 300 60 328 100C352 136 372 180 382 220L286 330C262 330 260 310 274 290C256 268 244 250 256 226Z",
            "b",
        ),
    )
    f.region("lingula", path("M284 284L326 284L286 330C254 332 254 306 274 290Z", "d"))
    f.region(
        "left-lower-lobe",
        path("M382 220L286 330L262 344C300 348 360 362 398 386C404 330 396 270 382 220Z", "c"),
    )
    f.region("right-main-bronchus", tube("M217 138C210 160 190 166 168 182", "a", 15))
    f.region("left-main-bronchus", tube("M223 138C232 162 254 172 280 186", "a", 15))
    f.region(
        "trachea", tube("M220 40L220 140", "a", 20), *(line(f"M210 {y}L230 {y}") for y in range(52, 130, 12))
    )
    f.inside("right-upper-lobe", 112, 194, 11)
    f.inside("left-upper-lobe", 330, 194, 11)
    f.inside("right-lower-lobe", 97, 316, 11)
    f.inside("left-lower-lobe", 350, 318, 11)
    f.over("right-middle-lobe", 140, 412, (172, 302), width=20)
    f.side("lingula", 246, 408, (284, 312), right=True)
    f.side("trachea", 252, 44, (224, 58), right=True)
    f.over("right-main-bronchus", 90, 48, (188, 170), width=12)
    f.over("left-main-bronchus", 372, 48, (254, 173), width=12)
    f.sides()
    return f


def colon() -> Figure:
    """The segments of the large intestine."""
    f = Figure(
        "colon",
        "Segments of the large intestine, from the front",
        "The large intestine frames the belly. The patient's right side is on the viewer's left.",
        440,
        words("colon"),
    )
    f.region("ileum", tube("M212 282C190 262 176 296 146 286", "a", 15))
    f.region("appendix", tube("M134 336C146 352 126 366 142 388", "a", 9, cap="round"))
    f.region("sigmoid", tube("M322 286C328 350 286 356 270 322C254 290 220 292 218 334", "d", 30))
    f.region("rectosigmoid", tube("M218 333L218 353", "e", 30))
    f.region("rectum", tube("M218 352L218 412", "b", 32))
    f.region("descending", tube("M318 132C322 180 320 240 322 288", "b", 32))
    f.region("transverse", tube("M164 102C200 138 236 138 276 98", "b", 32))
    f.region("splenic-flexure", tube("M272 102C296 82 318 92 318 136", "d", 32))
    f.region("ascending", tube("M130 280L130 138", "b", 32))
    f.region("hepatic-flexure", tube("M130 142C128 100 148 90 170 107", "d", 32))
    f.region("cecum", path("M113 277L147 277L147 318C147 346 113 346 113 318Z", "d"))
    f.side("hepatic-flexure", 84, 96, (136, 112), width=8)
    f.side("ascending", 84, 210, (126, 210), width=10)
    f.side("cecum", 84, 310, (124, 310))
    f.side("appendix", 84, 384, (138, 378))
    f.over("transverse", 220, 66, (220, 124), width=20)
    f.side("splenic-flexure", 352, 96, (314, 106), right=True, width=8)
    f.side("descending", 346, 210, (324, 210), right=True, width=10)
    f.side("sigmoid", 352, 316, (312, 322), right=True, width=8)
    f.side("rectosigmoid", 286, 376, (222, 343), right=True, width=14)
    f.side("rectum", 286, 420, (222, 396), right=True)
    f.over("ileum", 222, 236, (200, 276), width=10)
    f.sides()
    return f


def brain_arteries() -> Figure:
    """The arterial circle at the base of the brain."""
    f = Figure(
        "brain-arteries",
        "Arteries at the base of the brain, from below",
        "Forehead at the top. The patient's right side is on the viewer's left. Both sides are drawn, one is labeled.",
        460,
        words("brain-arteries"),
    )
    f.back(
        path(
            "M240 22C162 22 115 110 120 210C125 300 170 330 185 340C185 400 217 434 240 434C263 434 295 400 295 340C310 330 355 300 360 210C365 110 318 22 240 22Z",
            "b",
        )
    )
    f.region(
        "posterior-cerebral",
        tube("M240 226C209 206 185 226 160 276", "d", 11),
        tube("M240 226C271 206 295 226 320 276", "d", 11),
    )
    f.region(
        "cerebellar",
        tube("M240 250C217 246 198 262 179 300", "a", 9),
        tube("M240 250C263 246 282 262 301 300", "a", 9),
        tube("M227 366C212 360 204 376 201 398", "a", 9),
        tube("M253 366C268 360 276 376 279 398", "a", 9),
    )
    f.region(
        "posterior-communicating",
        tube("M199 156C203 180 207 196 210 214", "a", 6),
        tube("M281 156C277 180 273 196 270 214", "a", 6),
    )
    f.region(
        "anterior-cerebral",
        tube("M201 140C217 128 227 116 227 92L227 40", "c", 11),
        tube("M279 140C263 128 253 116 253 92L253 40", "c", 11),
    )
    f.region("anterior-communicating", tube("M228 96L252 96", "a", 8))
    f.region(
        "middle-cerebral",
        tube("M198 144C178 138 156 132 132 112", "e", 12),
        tube("M282 144C302 138 324 132 348 112", "e", 12),
    )
    f.region(
        "internal-carotid",
        oval(198, 146, 13, 13, "d"),
        oval(198, 146, 6, 6, "a"),
        oval(282, 146, 13, 13, "d"),
        oval(282, 146, 6, 6, "a"),
    )
    f.region(
        "vertebral",
        tube("M240 330C229 350 224 370 218 412", "c", 12),
        tube("M240 330C251 350 256 370 262 412", "c", 12),
    )
    f.region("basilar", tube("M240 222L240 336", "d", 14))
    f.side("anterior-communicating", 122, 60, (240, 96), width=14)
    f.side("anterior-cerebral", 352, 54, (253, 66), right=True, width=9)
    f.side("middle-cerebral", 366, 114, (326, 127), right=True, width=8)
    f.side("internal-carotid", 112, 150, (193, 146), width=9)
    f.side("posterior-communicating", 119, 222, (204, 184), width=14)
    f.side("posterior-cerebral", 364, 204, (299, 236), right=True, width=10)
    f.side("basilar", 112, 310, (240, 290))
    f.side("cerebellar", 352, 330, (291, 282), right=True, width=10)
    f.side("vertebral", 132, 420, (220, 400))
    f.note("front", 240, 15)
    f.sides()
    f.note("back", 240, 452)
    return f


def eye() -> Figure:
    """The eye cut level, from the side."""
    f = Figure(
        "eye",
        "The eye, cut through the middle, from the side",
        "The front of the eye is on the viewer's left. Codes with a side are those of the right eye.",
        350,
        words("eye"),
    )
    f.region("optic-nerve", tube("M330 214L408 244", "c", 26))
    f.region("sclera", oval(226, 200, 128, 128, "a"))
    f.region("choroid", oval(226, 200, 118, 118, "e"))
    f.region("retina", oval(226, 200, 110, 110, "c"))
    f.region("vitreous", oval(226, 200, 100, 100, "b"))
    f.region("cornea", path("M120 136C60 160 60 240 120 264L126 252C80 234 80 166 126 148Z", "c"))
    f.region("anterior-chamber", path("M126 148C80 166 80 234 126 252C140 236 138 164 126 148Z", "a"))
    f.region("lens", oval(158, 200, 17, 40, "d"))
    f.region(
        "iris", path("M122 142L134 146L146 184L136 186Z", "e"), path("M122 258L134 254L146 216L136 214Z", "e")
    )
    f.region("macula", oval(331, 190, 6, 12, "e"))
    f.side("cornea", 62, 136, (88, 178))
    f.side("anterior-chamber", 70, 290, (108, 214), width=9)
    f.over("iris", 90, 72, (134, 160))
    f.over("lens", 150, 36, (158, 180))
    f.inside("vitreous", 242, 206)
    f.side("sclera", 330, 66, (313, 110), right=True)
    f.side("choroid", 352, 102, (323, 137), right=True)
    f.side("retina", 362, 140, (328, 166), right=True)
    f.side("macula", 374, 184, (332, 190), right=True)
    f.over("optic-nerve", 390, 292, (376, 232), width=8)
    f.note("front", 30, 204)
    f.note("back", 414, 214)
    return f


def breast() -> Figure:
    """The right breast with its quadrants."""
    f = Figure(
        "breast",
        "Right breast, from the front",
        "A disk with four quadrants; the armpit is at the upper left of the picture, the breastbone on the right.",
        400,
        words("breast"),
    )
    f.region("axillary-tail", path("M128 152C96 132 74 104 62 66C98 72 132 84 166 104Z", "d"))
    f.region("upper-outer", path("M220 212L220 84C150 84 92 142 92 212Z", "b"))
    f.region("upper-inner", path("M220 212L220 84C290 84 348 142 348 212Z", "c"))
    f.region("lower-outer", path("M220 212L92 212C92 282 150 340 220 340Z", "c"))
    f.region("lower-inner", path("M220 212L348 212C348 282 290 340 220 340Z", "b"))
    f.region("central", oval(220, 212, 44, 44, "a"))
    f.region("nipple-areola", oval(220, 212, 24, 24, "e"), oval(220, 212, 7, 7, "d"))
    f.back(path("M398 70L418 70L418 360L398 360Z", "b"))
    f.inside("upper-outer", 154, 158, 8)
    f.inside("upper-inner", 286, 158, 8)
    f.inside("lower-outer", 154, 264, 8)
    f.inside("lower-inner", 286, 264, 8)
    f.over("axillary-tail", 150, 40, (110, 104), width=14)
    f.over("nipple-areola", 200, 374, (212, 226), width=20, start=206)
    f.over("central", 310, 40, (232, 178), width=20, start=262)
    f.note("armpit", 46, 54)
    f.note("breastbone", 400, 386)
    f.sides()
    return f


def skin() -> Figure:
    """Layers of the skin and what lies below."""
    f = Figure(
        "skin",
        "Layers of the skin",
        "A block of skin, of the back for example, from the surface to the muscle, with a hair and a sweat gland.",
        430,
        words("skin"),
    )
    left, width = 132, 176
    f.region("epidermis", box(left, 70, width, 26, "d"))
    f.region("dermis", box(left, 96, width, 112, "b"))
    f.region(
        "subcutaneous",
        box(left, 208, width, 92, "a"),
        *(oval(x, y, 17, 14, "b") for y in (230, 280) for x in (156, 196, 284)),
        *(oval(x, 255, 17, 14, "b") for x in (176, 222, 264)),
    )
    f.region("fascia", box(left, 300, width, 14, "a"))
    f.region(
        "muscle",
        box(left, 314, width, 84, "c"),
        *(line(f"M{left} {y}L{left + width} {y}") for y in (331, 348, 365, 382)),
    )
    f.back(line("M190 96L168 36"), line("M191 98L169 36"))
    f.region("hair-follicle", path("M182 96L196 96L220 186C224 202 202 206 200 192Z", "c"))
    f.region("sebaceous-gland", oval(211, 122, 9, 13, "d", -15), oval(221, 136, 8, 9, "d"))
    f.region(
        "sweat-gland",
        line("M280 70C284 100 276 130 280 148"),
        oval(280, 160, 16, 13, "e"),
        line("M270 160C276 150 284 170 290 158"),
    )
    f.side("epidermis", 120, 82, (142, 84))
    f.side("dermis", 120, 150, (150, 150))
    f.side("subcutaneous", 120, 250, (150, 252), width=12)
    f.side("fascia", 120, 307, (146, 307))
    f.side("muscle", 120, 356, (150, 356))
    f.side("hair-follicle", 322, 204, (211, 192), right=True, width=8)
    f.side("sebaceous-gland", 322, 100, (220, 134), right=True, width=10)
    f.side("sweat-gland", 322, 152, (289, 162), right=True, width=10)
    f.note("surface", 250, 58)
    f.note("bone lies deeper", 220, 418)
    return f


def urinary() -> Figure:
    """The urinary tract from the front."""
    f = Figure(
        "urinary",
        "The urinary tract, from the front",
        "Two kidneys above, the bladder below, cut open. The patient's right kidney is on the viewer's left.",
        450,
        words("urinary"),
    )
    f.region(
        "ureter",
        tube("M166 132C178 180 178 240 196 312", "c", 8),
        tube("M274 122C262 180 262 240 244 312", "c", 8),
    )
    f.region(
        "right-kidney",
        path(
            "M146 66C112 54 92 90 92 122C92 158 112 190 146 180C164 174 160 154 152 142C144 132 144 112 152 102C160 92 164 72 146 66Z",
            "d",
        ),
    )
    f.region(
        "left-kidney",
        path(
            "M294 54C328 42 348 78 348 110C348 146 328 178 294 168C276 162 280 142 288 130C296 120 296 100 288 90C280 80 276 60 294 54Z",
            "d",
        ),
    )
    f.back(path("M144 106C160 106 170 120 170 138L162 138C158 134 150 138 144 138Z", "a"))
    f.region("renal-pelvis", path("M300 92C280 94 270 108 270 126L278 126C282 122 292 128 300 126Z", "a"))
    f.region("bladder-dome", path("M150 312C152 268 190 256 220 256C250 256 288 268 290 312Z", "b"))
    f.back(path("M150 312L290 312C290 350 262 370 236 380L204 380C178 370 150 350 150 312Z", "a"))
    f.region("trigone", path("M190 322L250 322L222 370L218 370Z", "d"))
    f.region("ureteric-orifice", oval(192, 320, 8, 6, "e"), oval(248, 320, 8, 6, "e"))
    f.region("bladder-neck", path("M204 374L236 374L230 394L210 394Z", "c"))
    f.region("urethra", path("M211 394L229 394L229 436L211 436Z", "b"))
    f.side("right-kidney", 80, 122, (110, 122), width=7)
    f.side("left-kidney", 360, 110, (334, 110), right=True, width=7)
    f.over("renal-pelvis", 220, 60, (280, 108), width=20)
    f.side("ureter", 100, 236, (176, 222))
    f.side("bladder-dome", 330, 262, (264, 276), right=True, width=8)
    f.side("ureteric-orifice", 112, 330, (188, 321), width=9)
    f.side("trigone", 330, 336, (232, 338), right=True)
    f.side("bladder-neck", 330, 384, (226, 384), right=True, width=8)
    f.side("urethra", 112, 416, (215, 416))
    f.sides()
    return f


def pelvis_female() -> Figure:
    """Uterus, tubes and ovaries from the front, cut open."""
    f = Figure(
        "pelvis-female",
        "Uterus, tubes and ovaries, from the front",
        "The uterus is cut open. The patient's right side is on the viewer's left.",
        430,
        words("pelvis-female"),
    )
    f.region(
        "right-tube",
        tube("M176 128C140 96 104 104 84 150", "c", 12),
        path("M76 146L96 148L102 172L90 162L82 174L78 160L66 166Z", "c"),
    )
    f.region(
        "left-tube",
        tube("M264 128C300 96 336 104 356 150", "c", 12),
        path("M364 146L344 148L338 172L350 162L358 174L362 160L374 166Z", "c"),
    )
    f.back(line("M178 160C160 176 150 184 138 190"), line("M262 160C280 176 290 184 302 190"))
    f.region("right-ovary", oval(118, 196, 24, 16, "d", -20))
    f.region("left-ovary", oval(322, 196, 24, 16, "d", 20))
    f.region(
        "myometrium", path("M168 122L272 122C280 150 262 220 246 268L194 268C178 220 160 150 168 122Z", "b")
    )
    f.region("fundus", path("M168 122C172 86 194 74 220 74C246 74 268 86 272 122Z", "d"))
    f.region(
        "endometrium",
        path(
            "M190 126C206 118 234 118 250 126C246 170 236 220 232 266L208 266C204 220 194 170 190 126Z", "e"
        ),
    )
    f.back(
        path("M204 134C214 130 226 130 236 134C232 170 226 220 224 266L216 266C214 220 208 170 204 134Z", "a")
    )
    f.region(
        "cervix",
        path("M194 268L246 268C248 290 246 306 240 318L200 318C194 306 192 290 194 268Z", "c"),
        path("M216 268L224 268L224 318L216 318Z", "a"),
    )
    f.region(
        "vagina",
        path(
            "M182 300L194 300C194 314 200 322 220 322C240 322 246 314 246 300L258 300L254 396L186 396Z", "b"
        ),
    )
    f.over("fundus", 220, 40, (220, 92), width=20)
    f.side("right-tube", 76, 84, (114, 108), width=9)
    f.side("left-tube", 362, 84, (326, 108), right=True, width=9)
    f.side("right-ovary", 76, 250, (112, 200), width=8)
    f.side("left-ovary", 362, 250, (328, 200), right=True, width=8)
    f.side("myometrium", 122, 300, (186, 216))
    f.side("endometrium", 306, 300, (238, 180), right=True)
    f.side("cervix", 306, 344, (236, 294), right=True)
    f.side("vagina", 122, 364, (196, 364))
    f.sides()
    return f


def pelvis_male() -> Figure:
    """The male pelvis cut in the midline."""
    f = Figure(
        "pelvis-male",
        "Male pelvis, cut in the midline, from the side",
        "The front of the body is on the viewer's left.",
        430,
        words("pelvis-male"),
    )
    f.back(
        path(
            "M88 40C80 100 84 140 92 176L112 190L112 236C84 250 76 300 84 340L112 340C120 330 124 300 134 286L160 276C156 330 160 382 196 384C232 382 238 330 226 290L300 300L372 300L380 40Z",
            "a",
        )
    )
    f.back(oval(118, 184, 17, 30, "c", 20))
    f.region("rectum", tube("M330 70C336 120 300 150 306 200C310 232 326 252 330 300", "c", 40))
    f.region(
        "bladder",
        path(
            "M148 150C156 108 216 104 240 132C254 150 244 182 224 196L190 198C164 192 142 178 148 150Z", "b"
        ),
    )
    f.region(
        "seminal-vesicle",
        path("M262 150C276 152 278 168 268 184C260 196 246 200 242 194C240 184 250 152 262 150Z", "e"),
    )
    f.region(
        "prostate",
        path("M182 200C192 192 240 190 250 204C254 226 236 246 214 246C190 246 176 222 182 200Z", "d"),
    )
    f.region(
        "vas-deferens",
        tube("M210 316C196 270 150 240 146 186C144 136 190 92 236 112C262 124 266 150 252 184", "d", 6),
    )
    f.region("urethra", tube("M208 196C210 226 212 250 196 262C160 278 116 262 98 342", "a", 7))
    f.region("testis", oval(192, 338, 20, 28, "c", 8))
    f.region(
        "epididymis",
        path("M196 306C220 304 226 336 214 366C208 374 202 372 204 364C212 342 210 320 194 316Z", "e"),
    )
    f.side("bladder", 74, 62, (172, 140))
    f.side("vas-deferens", 74, 116, (150, 160), width=9)
    f.over("seminal-vesicle", 246, 58, (270, 166), width=9)
    f.side("urethra", 70, 256, (109, 310))
    f.side("prostate", 74, 208, (192, 218), width=9)
    f.over("rectum", 342, 330, (328, 282))
    f.side("testis", 128, 400, (188, 350))
    f.side("epididymis", 262, 380, (214, 348), right=True)
    f.note("front", 30, 24)
    f.note("back", 412, 24)
    f.note("pubic bone", 44, 162)
    return f


FIGURES: dict[str, Callable[[], Figure]] = {
    "lungs": lungs,
    "colon": colon,
    "brain-arteries": brain_arteries,
    "eye": eye,
    "breast": breast,
    "skin": skin,
    "urinary": urinary,
    "pelvis-female": pelvis_female,
    "pelvis-male": pelvis_male,
}
