"""ICD-10-PCS after the tables of October 2025: titles of April 2026 and the rows of both later releases.

The official files at hand are the tables and the order file of FY2026 and the addenda of FY2027, which give no
titles for the codes of 1 April 2026 and no labels for new values. What is missing was copied from the files
`icd10pcs_codes_2027.txt` and `icd10pcs_tables_2027.xml` of the Centers for Medicare & Medicaid Services as kept
in the public repository EslamSharkawy/ICD-Viewer, commit a6b2a773cbf67dc28edeb747fb0df3c57eba7a2e, folders
`Code Descriptions` and `Table and Index`.

How far it can be trusted, and what the recipe checks each time it runs:
- With these 79 titles the list of FY2027 has 6,593,200 characters, the length of the CMS file.
- The rows below expand to exactly the 181 codes that FY2026 lacked on 1 October 2025.
- The labels in the tables 028, 02H, 0DD, 0F9, 0RG, 0SG, 0TX, 0VT, 0W9 and B85, and those of X2H with the values
  4 and M in the fourth character, were not read in the XML of FY2027: they follow from the titles and from the
  same values in neighboring tables. All the others were.
"""

from __future__ import annotations

CHARACTERS_2027 = 6_593_200

# Code and title of the codes valid since 1 April 2026 that neither the order file nor the addenda name.
TITLES_APRIL_2026 = """\
02HM3JZ Insertion of Pacemaker Lead into Ventricular Septum, Percutaneous Approach
02HM3KZ Insertion of Defibrillator Lead into Ventricular Septum, Percutaneous Approach
02HM3MZ Insertion of Cardiac Lead into Ventricular Septum, Percutaneous Approach
02HM3NZ Insertion of Intracardiac Pacemaker into Ventricular Septum, Percutaneous Approach
02HM3YZ Insertion of Other Device into Ventricular Septum, Percutaneous Approach
0DDU0ZZ Extraction of Omentum, Open Approach
0DDU4ZZ Extraction of Omentum, Percutaneous Endoscopic Approach
0DDV0ZZ Extraction of Mesentery, Open Approach
0DDV4ZZ Extraction of Mesentery, Percutaneous Endoscopic Approach
0F9480D Drainage of Gallbladder with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9480E Drainage of Gallbladder with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0F9580D Drainage of Right Hepatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9580E Drainage of Right Hepatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0F9680D Drainage of Left Hepatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9680E Drainage of Left Hepatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0F9780D Drainage of Common Hepatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9780E Drainage of Common Hepatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0F9880D Drainage of Cystic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9880E Drainage of Cystic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0F9980D Drainage of Common Bile Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9980E Drainage of Common Bile Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0F9C80D Drainage of Ampulla of Vater with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9C80E Drainage of Ampulla of Vater with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0F9D80D Drainage of Pancreatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9D80E Drainage of Pancreatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0F9F80D Drainage of Accessory Pancreatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9F80E Drainage of Accessory Pancreatic Duct with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0F9G80D Drainage of Pancreas with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transmural
0F9G80E Drainage of Pancreas with Drainage Device, Via Natural or Artificial Opening Endoscopic, Transpapillary
0TXB0Z6 Transfer Bladder to Right Ureter, Open Approach
0TXB0Z7 Transfer Bladder to Left Ureter, Open Approach
0TXB4Z6 Transfer Bladder to Right Ureter, Percutaneous Endoscopic Approach
0TXB4Z7 Transfer Bladder to Left Ureter, Percutaneous Endoscopic Approach
0VT00ZE Resection of Prostate, Open Approach, Capsule Intact
0VT04ZE Resection of Prostate, Percutaneous Endoscopic Approach, Capsule Intact
0VT07ZE Resection of Prostate, Via Natural or Artificial Opening, Capsule Intact
0VT08ZE Resection of Prostate, Via Natural or Artificial Opening Endoscopic, Capsule Intact
3E033AZ Introduction of Embryonic Stem Cells into Peripheral Vein, Percutaneous Approach
3E043AZ Introduction of Embryonic Stem Cells into Central Vein, Percutaneous Approach
4A0FXEJ Measurement of Musculoskeletal Body Composition using Air Displacement Plethysmography, External Approach
5A0221E Assistance with Cardiac Output using Blood Flow Modulator, Continuous
F07DYD0 Electrotherapeutic Treatment of Integumentary System - Head and Neck using Microcurrent Stimulation
F07EYD0 Electrotherapeutic Treatment of Integumentary System - Thorax / Abdomen using Microcurrent Stimulation
F07FYD0 Electrotherapeutic Treatment of Integumentary System - Upper Back / Upper Extremity using Microcurrent Stimulation
F07GYD0 Electrotherapeutic Treatment of Integumentary System - Lower Back / Lower Extremity using Microcurrent Stimulation
F07HYD0 Electrotherapeutic Treatment of Integumentary System - Whole Body using Microcurrent Stimulation
F08E5AZ Wound Management Treatment of Integumentary System - Thorax / Abdomen using Negative Pressure Therapy
F08E5BZ Wound Management Treatment of Integumentary System - Thorax / Abdomen using Physical Agents
F08E5CZ Wound Management Treatment of Integumentary System - Thorax / Abdomen using Mechanical Equipment
F08E5DZ Wound Management Treatment of Integumentary System - Thorax / Abdomen using Electrotherapeutic Equipment
F08E5EZ Wound Management Treatment of Integumentary System - Thorax / Abdomen using Orthosis
F08E5FZ Wound Management Treatment of Integumentary System - Thorax / Abdomen using Assistive, Adaptive, Supportive or Protective Equipment
F08E5UZ Wound Management Treatment of Integumentary System - Thorax / Abdomen using Prosthesis
F08E5YZ Wound Management Treatment of Integumentary System - Thorax / Abdomen using Other Equipment
F08E5ZZ Wound Management Treatment of Integumentary System - Thorax / Abdomen
F08P5AZ Wound Management Treatment of Musculoskeletal System - Thorax / Abdomen using Negative Pressure Therapy
F08P5BZ Wound Management Treatment of Musculoskeletal System - Thorax / Abdomen using Physical Agents
F08P5CZ Wound Management Treatment of Musculoskeletal System - Thorax / Abdomen using Mechanical Equipment
F08P5DZ Wound Management Treatment of Musculoskeletal System - Thorax / Abdomen using Electrotherapeutic Equipment
F08P5EZ Wound Management Treatment of Musculoskeletal System - Thorax / Abdomen using Orthosis
F08P5FZ Wound Management Treatment of Musculoskeletal System - Thorax / Abdomen using Assistive, Adaptive, Supportive or Protective Equipment
F08P5UZ Wound Management Treatment of Musculoskeletal System - Thorax / Abdomen using Prosthesis
F08P5YZ Wound Management Treatment of Musculoskeletal System - Thorax / Abdomen using Other Equipment
F08P5ZZ Wound Management Treatment of Musculoskeletal System - Thorax / Abdomen
X2723CB Dilation of Inferior Vena Cava and Iliocaval Confluence with Open-structure Polymer Lattice Intraluminal Device, Percutaneous Approach, New Technology Group 11
X2HM3GB Insertion of Lumenless Small-diameter Defibrillator Lead into Ventricular Septum, Percutaneous Approach, New Technology Group 11
X2HV3GB Insertion of Lumenless Small-diameter Defibrillator Lead into Right Ventricle, Percutaneous Approach, New Technology Group 11
X2K00FB Bypass Inferior Vena Cava using Autologous Cell Seeded Tissue Engineered Resorbable Scaffold to Pulmonary Artery, Open Approach, New Technology Group 11
X2KG0FB Bypass Hepatic Vein using Autologous Cell Seeded Tissue Engineered Resorbable Scaffold to Pulmonary Artery, Open Approach, New Technology Group 11
X9HD01B Insertion of Temporary Infusion Device into Right Inner Ear, Open Approach, New Technology Group 11
X9HE01B Insertion of Temporary Infusion Device into Left Inner Ear, Open Approach, New Technology Group 11
X9HF01B Insertion of Temporary Infusion Device into Bilateral Inner Ear, Open Approach, New Technology Group 11
XU7G71B Dilation of Vagina with Temporary Electromechanical Intraluminal Device, Via Natural or Artificial Opening, New Technology Group 11
XW0330B Introduction of Alpha1-proteinase Inhibitor into Peripheral Vein, Percutaneous Approach, New Technology Group 11
XW0331B Introduction of Anitocabtagene Autoleucel Immunotherapy into Peripheral Vein, Percutaneous Approach, New Technology Group 11
XW0430B Introduction of Alpha1-proteinase Inhibitor into Central Vein, Percutaneous Approach, New Technology Group 11
XW0431B Introduction of Anitocabtagene Autoleucel Immunotherapy into Central Vein, Percutaneous Approach, New Technology Group 11
XW0534B Introduction of Somatic Stem Cells into Peripheral Artery, Percutaneous Approach, New Technology Group 11
XW0632B Introduction of CPI-601 Enzyme Replacement Therapy into Cerebral Ventricle, Percutaneous Approach, New Technology Group 11
"""

# Codes of October 2025 that ended on 31 March 2026; no file at hand names them, the Medicare Code Editor dates them.
DELETED_APRIL_2026 = ("30233AZ", "30243AZ")

# Tables that FY2026 did not have in October 2025: table, label of body system, label of operation. The definition
# and the titles of the axes are those of the same operation and section in the tables of FY2026.
NEW_TABLES = """\
0TX|Urinary System|Transfer
B85|Eye|Other Imaging
X9H|Ear, Nose, Sinus|Insertion
XEZ|Physiological Systems and Anatomical Regions|Other Procedures
XU7|Female Reproductive System|Dilation
"""

# Rows added to the tables: release, table, then the values of characters 4 to 7. A value without a label has the
# one that the table gives it already; `2026` is 1 April 2026, `2027` is 1 October 2026.
NEW_ROWS = """\
2026|02H|M=Ventricular Septum|3|J;K;M;N;Y|Z
2026|0DD|U=Omentum;V=Mesentery|0=Open;4|Z|Z=No Qualifier
2026|0F9|4;5;6;7;8;9;C;D;F;G|8|0|D=Transmural;E=Transpapillary
2026|0TX|B=Bladder|0=Open;4=Percutaneous Endoscopic|Z=No Device|6=Ureter, Right;7=Ureter, Left
2026|0VT|0|0;4;7;8|Z|E=Capsule Intact
2026|3E0|3;4|3|A|Z
2026|4A0|F|X|E=Body Composition|J=Air Displacement Plethysmography
2026|5A0|2|2|1|E=Blood Flow Modulator
2026|F07|D;F;G;H|Y=Other Therapy Techniques|D|0=Microcurrent Stimulation
2026|F07|E=Integumentary System - Thorax / Abdomen|Y=Other Therapy Techniques|D|0=Microcurrent Stimulation
2026|F08|E=Integumentary System - Thorax / Abdomen;P=Musculoskeletal System - Thorax / Abdomen|5|A;B;C;D;E;F;U;Y;Z|Z
2026|X27|2=Inferior Vena Cava and Iliocaval Confluence|3|C=Intraluminal Device, Open-structure Polymer Lattice|B
2026|X2H|M=Ventricular Septum;V=Ventricle, Right|3|G=Defibrillator Lead, Lumenless Small-diameter|B
2026|X2K|0=Inferior Vena Cava;G=Hepatic Vein|0=Open|F=Autologous Cell Seeded Tissue Engineered Resorbable Scaffold to Pulmonary Artery|B=New Technology Group 11
2026|X9H|D=Inner Ear, Right;E=Inner Ear, Left;F=Inner Ear, Bilateral|0=Open|1=Infusion Device, Temporary|B=New Technology Group 11
2026|XU7|G=Vagina|7=Via Natural or Artificial Opening|1=Intraluminal Device, Temporary Electromechanical|B=New Technology Group 11
2026|XW0|3;4|3|0=Alpha1-proteinase Inhibitor;1=Anitocabtagene Autoleucel Immunotherapy|B
2026|XW0|5|3|4=Stem Cells, Somatic|B
2026|XW0|6=Cerebral Ventricle|3|2=CPI-601 Enzyme Replacement Therapy|B
2026|XW0|E=Ear(s)|3|3=DB-OTO via Intracochlear Infusion|B
2027|028|F=Aortic Valve;G=Mitral Valve|3|Z|0=Native Leaflet;1=Prosthetic Leaflet
2027|0RG|A|0;3;4|E=Interbody Fusion Device, Custom-Made Anatomically and Virtually Designed|0;J
2027|0SG|0;1;3|0;3;4|E=Interbody Fusion Device, Custom-Made Anatomically and Virtually Designed|0;J
2027|0W9|9;B;C|0;3;4|0|3=Active Mechanical Clearance
2027|302|3;4|3|S|5=Immune Globulin, High-Dose
2027|3E0|0;1|X=External|G=Other Therapeutic Substance|F=Other Enzymatic/Chemical Agent
2027|5A0|5|2|7=Decompression|D
2027|5A1|D|7;8;9|0|1=Selective Cytopheresis
2027|B85|A=Choroid, Right;B=Choroid, Left;G=Retinal Vessel, Right;H=Retinal Vessel, Left|2=Fluorescing Agent|Z=None|Z=None
2027|X0H|Q|0=Open|5=Leadless Neurostimulator Generator|C=New Technology Group 12
2027|X27|P;Q;R;S;T;U|3|N=Intraluminal Device(s), Small-diameter|C=New Technology Group 12
2027|X28|M=Ventricular Septum|3|D=Transcatheter Septal Scoring Technique|C=New Technology Group 12
2027|X2H|4=Innominate Vein, Left|3|M=Intraluminal Device, Temporary, Venous Angle Decompression using Impeller Pump|C=New Technology Group 12
2027|X2R|F=Aortic Valve|3|L=Zooplastic Tissue, with Integrated Native Leaflet Clipping Locators|C=New Technology Group 12
2027|X2R|G=Mitral Valve|3|F=Bioprosthetic Valve, Balloon-expandable with Dock|C=New Technology Group 12
2027|X2R|H=Pulmonary Valve|0|G=Synthetic Substitute, Size-Adjustable|C=New Technology Group 12
2027|X2V|J=Thoracic Aorta, Ascending and Arch|3|H=Branched Intraluminal Device, Integrated System with Innominate Branch|C=New Technology Group 12
2027|X2V|W|3|J=Branched Intraluminal Device, Integrated System Extension|C=New Technology Group 12
2027|X2V|X=Thoracic Aorta, Arch|0|K=Branched Intraluminal Device, with Conical Collar|C=New Technology Group 12
2027|XEZ|5=Chest, Abdomen and Pelvis|X=External|K=Computer-Aided Triage and Notification for Imaging Abnormalities in Computed Tomography|C=New Technology Group 12
2027|XEZ|D=Pericardial Cavity|3=Percutaneous|Q=Pericardial Cavity Access using Blunt-tip Concealed Needle with Mechanical Gripping Mechanism|C=New Technology Group 12
2027|XEZ|J=Coronary Artery/Arteries|3=Percutaneous|N=Coronary Artery Access using Image-Guided Crossing and Re-entry System|C=New Technology Group 12
2027|XEZ|U=Spinal Canal|3=Percutaneous|H=Computer-Aided Guidance for Intraprocedural Navigation using Ultrasound Imaging with Continuous Needle Tracking|C=New Technology Group 12
2027|XEZ|Z=None|X=External|J=High Dimensional Mixture-of-Experts Computer-aided Assessment of Inflammatory Response and Organ Function, for Notification and Triage;L=Computer-Aided Detection and Notification for Imaging Abnormalities in Echocardiography;M=Computer-Aided Detection and Notification for Abnormalities in Electrocardiogram;P=Cardiac Conduction Mechanism, Computer-aided Guidance for Three Dimensional Intraprocedural Navigation using Fluoroscopic Imaging;R=Computer-Aided Detection and Notification of Cardiac Abnormalities using Vital Signs;S=Cardiac Conduction Mechanism, Computer-aided Intraprocedural Visualization for Guidance|C=New Technology Group 12
2027|XFJ|B;D|3=Percutaneous;4=Percutaneous Endoscopic|C=Single-use Choledochoscope|C=New Technology Group 12
2027|XFJ|B;D|8|B=Single-use Cholangioscope|C=New Technology Group 12
2027|XHH|8|0|J=Contractility Modulation Device with Defibrillator Generator|C=New Technology Group 12
2027|XRH|1;2;4;6|0;3;4|N=Carbon/PEEK Spinal Stabilization Device|C=New Technology Group 12
2027|XW0|1|3|4=Elamipretide|C=New Technology Group 12
2027|XW0|3|3|6=Landiolol Antiarrhythmic;7=Zimislecel Allogeneic Stem Cell-Derived Islet Cell Therapy|C=New Technology Group 12
2027|XW0|4|3|6=Landiolol Antiarrhythmic|C=New Technology Group 12
2027|XW0|Q|3|5=Ifezuntirgene Inilparvovec|C=New Technology Group 12
2027|XW0|U|0|C=Recombinant Human Bone Morphogenetic Protein-2 with Collagen Scaffold|C=New Technology Group 12
2027|XW0|V|0|B=Vancomycin-eluting Bone Void Filler|C=New Technology Group 12
2027|XXE|2|X|H=Cardiac Conduction Mechanism, Computer-aided Mapping for Planning|C=New Technology Group 12
"""

# Codes that keep their value and get a new label in FY2027: code, character, new label.
NEW_LABELS = """\
XW0E33B|6|Lunsotogene Parvec-cwha via Intracochlear Infusion
XW0V0P7|6|Gentamicin-eluting Bone Void Filler
XW143F8|6|Etuvetidigene Autotemcel
"""
