"""Pages of courses: the catalogue, the lesson, certificates, and publishing in the admin."""
