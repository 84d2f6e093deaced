"""Bronze: what counts, as Parquet, in the shape in which the warehouse reads it.

What belongs here: accepted rows, reference tables, and what the files were written from. What does not: when
they are written (`pipeline/`) and what is computed of them, which is SQL of the dbt project.
"""
