"""What the tests read."""

PLAIN = """# March
salary -> bank 1200.00
bank -> rent 700.50
"""
TABLE = "salary,bank,1200.00\nbank,rent,700.50\n"
