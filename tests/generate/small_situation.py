"""A situation small enough to see through, which tests bend in one place at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

SMALL: dict[str, Any] = yaml.safe_load("""
id: op-sore-ear
title: Ear pain
setting: office
difficulty: {effusion: {"no": 1, "yes": 2}}
patient: {age: [20, 60]}
prompt: Code this visit.
styles: [soap, dictated, ehr, apso]
facts:
  side: {right: {abbr: R, other: left}, left: {abbr: L, other: right}}
  effusion: ["no", "yes"]
  tobacco: [never, former]
  days: ["2", "3", "4"]
  swims: ["no", "yes"]
  drug: [amoxicillin, doxycycline]
  fever: ["no", "yes"]
  worry: [mastoid, jaw]
values:
  temp: [{when: {fever: "yes"}, range: [100.6, 101.8], step: 0.1}, {range: [97.6, 98.8], step: 0.1}]
conditions:
  ear:
    code: {side: {right: H60.331, left: H60.332}}
    claims: swimmer's ear
    rationale: The clinician names the ear and the side, {{ side }}.
    citations: [I.B.13, IV.G]
  smoked:
    when: {tobacco: former}
    code: Z87.891
    claims: history nicotine dependence
    rationale: The clinician brings it up as a reason to stay off.
    citations: [I.C.21.c.4]
symptoms:
  aches: {code: {side: {right: H92.01, left: H92.02}}, of: ear, why: Pain belongs to the infection.}
distractors:
  mastoid: {kind: ruled_out, when: {worry: mastoid}, codes: [H70], tempts: {side: {right: H70.001, left: H70.002}}, why: Looked for and excluded.}
sections:
  cc: [{terse: "{{ side.abbr }} ear pain", full: "Pain in the {{ side }} ear."}]
  hpi:
    - {terse: "{{ who }}, [[aches: {{ side.abbr }} earache]] x {{ days }} d{{ ', swims' if swims == 'yes' }}", full: "This {{ patient }} has had [[aches: pain of the {{ side }} ear]] for {{ days }} days."}
  vitals: [{text: "T {{ temp }}"}]
  exam: [{terse: "{{ side.abbr }} canal red, {{ 'wet' if effusion == 'yes' else 'dry' }}", full: "The canal of the {{ side }} ear is red."}]
  results: [{when: {worry: mastoid}, text: "[[mastoid: mastoiditis ruled out]]"}]
  assessment:
    - {terse: "[[ear: Swimmer's ear, {{ side.abbr }}]]. Drops and {{ drug }}.", full: "[[ear: Swimmer's ear on the {{ side }}]], treated with drops and {{ drug }}."}
    - {when: {tobacco: former}, terse: "[[smoked: Past nicotine dependence]], stays off.", full: "[[smoked: Nicotine dependence in the past]]; stays off."}
mistakes:
  - {kind: wrong_side, of: ear}
  - {kind: unspecified_side, of: ear, code: H60.339}
  - {kind: symptom, of: aches}
  - {kind: stem, of: ear}
  - {kind: distractor, of: mastoid}
  - {kind: dropped, of: smoked}
  - {kind: instead, of: ear, code: {side: {right: H60.391, left: H60.392}}}
lesson: read-and-abstract-a-note#how-specific-can-you-be
rationale: One ear, one code.
""")

Bent = Callable[..., Path]
