"""Attendance lists as people have them: exports of meeting and ticket tools, tables, and names typed in any order."""
