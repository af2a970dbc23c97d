"""The ministry's statistics form of people's mediation (人民调解案件情况统计表): what it counts, and the form itself.

The columns are those of the report of 司法部 as bureaus fill it in: cases, where they came from, agreements, and what
was kept from growing worse, by the 18 categories, by place and by the kind of committee.
"""
