"""What questions of several surveys measure together; the names by which results are added up. Pure."""

INTERACTION = "Interaction quality"
LEARNING = "Learning obtained"
SAFETY = "Psychological safety"
ROTI = "Return on time invested"
