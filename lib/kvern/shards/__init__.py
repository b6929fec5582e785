"""Floor 3: files for trainers. A build is a folder whose manifest is written last; without one it does not exist."""
